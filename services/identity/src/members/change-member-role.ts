import { Controller } from '@nestjs/common';
import { changeMemberRole, type ChangeMemberRoleRequest, type Member } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from './memberships.js';

/** Gives a member another role. */
@Controller()
export class ChangeMemberRole {
  constructor(private readonly memberships: Memberships) {}

  @Handles(changeMemberRole)
  handle(request: ChangeMemberRoleRequest, ctx: TenantContext): Promise<Member> {
    return this.memberships.transaction(ctx, (tx) =>
      this.memberships.changeRole(tx, ctx, request.userId, request.role),
    );
  }
}
