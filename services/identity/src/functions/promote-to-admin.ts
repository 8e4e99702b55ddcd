import { Controller } from '@nestjs/common';
import { promoteToAdmin, type PromoteToAdminRequest, type UserProfile } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { memberOf } from '../members/membership.table.js';
import { Memberships } from '../members/memberships.js';
import { userProfile } from './user-profile.js';

/** Makes a member an admin; an owner, who may more, stays owner. */
@Controller()
export class PromoteToAdmin {
  constructor(private readonly memberships: Memberships) {}

  @Handles(promoteToAdmin)
  async handle(request: PromoteToAdminRequest, ctx: TenantContext): Promise<UserProfile> {
    const member = await this.memberships.transaction(ctx, async (tx) => {
      const known = await memberOf(tx, request.user_id);
      return known?.role === 'owner' ? known : this.memberships.changeRole(tx, ctx, request.user_id, 'admin');
    });
    return userProfile(ctx.tenantId, member);
  }
}
