import { Controller } from '@nestjs/common';
import { ensureUserProfile, type EnsureUserProfileRequest, type UserProfile } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findMembership } from '../members/membership.table.js';
import { assertPerson } from '../users/own-account.js';
import { userProfile } from './user-profile.js';

/** Gives the caller's own profile; membership made it, so there is nothing left to make. */
@Controller()
export class EnsureUserProfile {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(ensureUserProfile)
  async handle(_request: EnsureUserProfileRequest, ctx: TenantContext): Promise<UserProfile> {
    assertPerson(ctx);
    const member = await findMembership(this.tenants, ctx, ctx.actor.id);
    if (!member) throw new Fault('not-found');
    return userProfile(ctx.tenantId, member);
  }
}
