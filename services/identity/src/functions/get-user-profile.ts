import { Controller } from '@nestjs/common';
import { getUserProfile, type GetUserProfileRequest, type UserProfile } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findMembership } from '../members/membership.table.js';
import { userProfile } from './user-profile.js';

/** Gives a member's profile. */
@Controller()
export class GetUserProfile {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getUserProfile)
  async handle(request: GetUserProfileRequest, ctx: TenantContext): Promise<UserProfile> {
    const member = await findMembership(this.tenants, ctx, request.user_id);
    if (!member) throw new Fault('not-found');
    return userProfile(ctx.tenantId, member);
  }
}
