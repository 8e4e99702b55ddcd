import { Controller } from '@nestjs/common';
import { addMember, type AddMemberRequest, type Member } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from './memberships.js';

/** Adds a person to the tenant. */
@Controller()
export class AddMember {
  constructor(private readonly memberships: Memberships) {}

  @Handles(addMember)
  handle(request: AddMemberRequest, ctx: TenantContext): Promise<Member> {
    return this.memberships.transaction(ctx, (tx) => this.memberships.add(tx, ctx, request));
  }
}
