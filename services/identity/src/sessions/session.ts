import { Fault } from '@tenantry/kernel';

const DAY_MS = 86_400_000;
/** A refresh token that nobody used for this long is dead. */
export const REFRESH_LIFETIME_MS = 30 * DAY_MS;
/** However busy, a session ends after this; then the person signs in again. */
export const SESSION_LIFETIME_MS = 90 * DAY_MS;

export type EndReason = 'signed_out' | 'password_changed' | 'token_reused';

/** A tenant that a person belongs to and that is open. */
export interface OpenMembership {
  readonly tenantId: string;
  readonly slug: string;
  readonly role: string;
  /** The name that the tenant knows the person by. */
  readonly name: string | null;
}

/** Where a person stands. */
export interface Standing {
  readonly platformRole: string | null;
  /** In the order of joining. */
  readonly memberships: readonly OpenMembership[];
}

/**
 * The tenant that an access token is for: the one wanted (slug or id), else the last one, else the first. Platform staff get
 * none unless they want one: their work is the platform's.
 * @throws Fault `not-found` when the person wants a tenant that is not theirs, whether it exists or not
 */
export function chooseTenant(standing: Standing, wanted: string | null, last: string | null): string | null {
  const named = (text: string): string | undefined =>
    standing.memberships.find(({ tenantId, slug }) => tenantId === text || slug === text)?.tenantId;
  if (wanted !== null) {
    const tenantId = named(wanted);
    if (!tenantId) throw new Fault('not-found', { field: 'tenant' });
    return tenantId;
  }
  if (standing.platformRole) return null;
  return (last ? named(last) : undefined) ?? standing.memberships[0]?.tenantId ?? null;
}
