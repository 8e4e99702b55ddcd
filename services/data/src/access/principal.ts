import type { TenantContext } from '@tenantry/kernel';

/**
 * As what somebody touches rows: a role of the tenant, a kind of key, one of Tenantry's own services, or the platform's staff by
 * a grant of the tenant.
 */
export type Principal =
  | 'owner'
  | 'admin'
  | 'manager'
  | 'staff'
  | 'agent'
  | 'compliance'
  | 'customer'
  | 'secret_key'
  | 'public_key'
  | 'service'
  | 'support';

const ROLES: readonly string[] = ['owner', 'admin', 'manager', 'staff', 'agent', 'compliance', 'customer'];

const KEYS: readonly string[] = ['secret_key', 'public_key'];

/**
 * The principal of a request, or null for one that may touch no rows at all. Unknown roles are nobody: what a newer
 * gateway says and this code does not know must not open a table.
 */
export function principalOf({
  actor,
  grantId,
  grant,
}: Pick<TenantContext, 'actor' | 'grantId' | 'grant'>): Principal | null {
  const { kind, role } = actor;
  if (grantId !== null) {
    return grant && kind === 'user' && role === 'support' ? 'support' : null;
  }
  if (kind === 'service' || kind === 'agent') {
    return kind;
  }
  const allowed = kind === 'user' ? ROLES : kind === 'key' ? KEYS : [];
  return role !== null && allowed.includes(role) ? (role as Principal) : null;
}

/**
 * The member on whose behalf an agent touches rows, as a principal, null for one whose role is unknown; undefined when it acts
 * for nobody.
 */
export function memberOf({
  actor,
  onBehalfOf,
}: Pick<TenantContext, 'actor' | 'onBehalfOf'>): Principal | null | undefined {
  if (actor.kind !== 'agent' || onBehalfOf === null) return undefined;
  return principalOf({ actor: { ...actor, kind: 'user' }, grantId: null });
}
