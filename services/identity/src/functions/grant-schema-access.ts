import { Controller } from '@nestjs/common';
import { grantSchemaAccess, type GrantSchemaAccessRequest, type UserProfile } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findMembershipByEmail } from '../members/membership.table.js';
import { Memberships } from '../members/memberships.js';
import { normaliseEmail } from '../users/email.js';
import { USUAL_ROLE, userProfile } from './user-profile.js';

/** Lets a person in: adds them, or gives a member the role that is named. Done twice equals once. */
@Controller()
export class GrantSchemaAccess {
  constructor(private readonly memberships: Memberships) {}

  @Handles(grantSchemaAccess)
  async handle({ email, role }: GrantSchemaAccessRequest, ctx: TenantContext): Promise<UserProfile> {
    const member = await this.memberships.transaction(ctx, async (tx) => {
      const known = await findMembershipByEmail(tx, normaliseEmail(email));
      if (!known) return this.memberships.add(tx, ctx, { email, role: role ?? USUAL_ROLE });
      return role ? this.memberships.changeRole(tx, ctx, known.userId, role) : known;
    });
    return userProfile(ctx.tenantId, member);
  }
}
