import { Controller } from '@nestjs/common';
import { revokeAdmin, type RevokeAdminRequest, type UserProfile } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { memberOf } from '../members/membership.table.js';
import { Memberships } from '../members/memberships.js';
import { USUAL_ROLE, userProfile } from './user-profile.js';

/** Makes an admin staff again. */
@Controller()
export class RevokeAdmin {
  constructor(private readonly memberships: Memberships) {}

  @Handles(revokeAdmin)
  async handle(request: RevokeAdminRequest, ctx: TenantContext): Promise<UserProfile> {
    const member = await this.memberships.transaction(ctx, async (tx) => {
      const known = await memberOf(tx, request.user_id);
      if (!known) throw new Fault('not-found');
      if (known.role !== 'admin') throw new Fault('conflict', { detail: 'This member is not an admin' });
      return this.memberships.changeRole(tx, ctx, request.user_id, USUAL_ROLE);
    });
    return userProfile(ctx.tenantId, member);
  }
}
