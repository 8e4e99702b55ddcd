import { Controller } from '@nestjs/common';
import { removeStaff, type Empty, type RemoveStaffRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from '../members/memberships.js';

/** Takes a person off the platform’s staff: their next request is refused. */
@Controller()
export class RemoveStaff {
  constructor(private readonly memberships: Memberships) {}

  @Handles(removeStaff)
  async handle(request: RemoveStaffRequest, ctx: TenantContext): Promise<Empty> {
    await this.memberships.transaction(ctx, (tx) => this.memberships.end(tx, ctx, request.userId));
    return {};
  }
}
