import { Controller } from '@nestjs/common';
import { addStaff, type AddStaffRequest, type Member } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from '../members/memberships.js';

/** Adds a person to the platform’s staff. */
@Controller()
export class AddStaff {
  constructor(private readonly memberships: Memberships) {}

  @Handles(addStaff)
  handle(request: AddStaffRequest, ctx: TenantContext): Promise<Member> {
    return this.memberships.transaction(ctx, (tx) => this.memberships.add(tx, ctx, request));
  }
}
