import { Controller } from '@nestjs/common';
import { changeStaffRole, type ChangeStaffRoleRequest, type Member } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from '../members/memberships.js';

/** Gives a staff member another role. */
@Controller()
export class ChangeStaffRole {
  constructor(private readonly memberships: Memberships) {}

  @Handles(changeStaffRole)
  handle(request: ChangeStaffRoleRequest, ctx: TenantContext): Promise<Member> {
    return this.memberships.transaction(ctx, (tx) =>
      this.memberships.changeRole(tx, ctx, request.userId, request.role),
    );
  }
}
