import type { UserProfile } from '@tenantry/contracts';
import type { MembershipRow } from '../members/membership.table.js';

/** A member as the row API's clients read one. */
export function userProfile(tenantId: string, member: MembershipRow): UserProfile {
  return {
    user_id: member.userId,
    tenant_id: tenantId,
    email: member.email,
    full_name: member.name,
    role: member.role,
    created_at: member.joinedAt,
  };
}

/** The role that functions give unless told otherwise. */
export const USUAL_ROLE = 'staff';
