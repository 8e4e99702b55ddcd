import { Controller } from '@nestjs/common';
import { revokeSchemaAccess, type RevokeSchemaAccessRequest, type UserProfile } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Memberships } from '../members/memberships.js';
import { userProfile } from './user-profile.js';

/** Ends a person's access; answers the profile as it was. */
@Controller()
export class RevokeSchemaAccess {
  constructor(private readonly memberships: Memberships) {}

  @Handles(revokeSchemaAccess)
  async handle(request: RevokeSchemaAccessRequest, ctx: TenantContext): Promise<UserProfile> {
    const member = await this.memberships.transaction(ctx, (tx) => this.memberships.end(tx, ctx, request.user_id));
    return userProfile(ctx.tenantId, member);
  }
}
