import { Controller } from '@nestjs/common';
import { createUserProfile, type CreateUserProfileRequest, type UserProfile } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from '../members/memberships.js';
import { USUAL_ROLE, userProfile } from './user-profile.js';

/** Adds a person to the tenant. */
@Controller()
export class CreateUserProfile {
  constructor(private readonly memberships: Memberships) {}

  @Handles(createUserProfile)
  async handle({ email, full_name: name, role }: CreateUserProfileRequest, ctx: TenantContext): Promise<UserProfile> {
    const joining = { email, name, role: role ?? USUAL_ROLE };
    const member = await this.memberships.transaction(ctx, (tx) => this.memberships.add(tx, ctx, joining));
    return userProfile(ctx.tenantId, member);
  }
}
