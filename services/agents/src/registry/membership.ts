import type { Directory, MemberEntry } from '@tenantry/messaging';

/** Who was just made a member may still be on the way here. */
const PATIENCE_MS = 500;

/**
 * Whether somebody is a member of a tenant. Another tenant's member is waited for as long as nobody is: else the time would tell whom the platform
 * knows.
 */
export async function isMember(
  members: Directory<MemberEntry>,
  userId: string,
  tenantId: string,
  patienceMs = PATIENCE_MS,
): Promise<boolean> {
  const belongs = ({ memberships }: MemberEntry): boolean => memberships.some((one) => one.tenantId === tenantId);
  const entry = await members.waitFor(userId, patienceMs, belongs);
  return entry !== undefined && belongs(entry);
}
