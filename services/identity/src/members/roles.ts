import { operations, roles } from '@tenantry/contracts';
import { Fault, PLATFORM_TENANT_ID, permits, type Reason } from '@tenantry/kernel';

/** What a group of members keeps: somebody of its highest role. */
export interface Circle {
  readonly topRole: string;
  readonly lastOne: Reason;
}

/** Members of a tenant, or the platform's staff: the members of the platform's own tenant. */
export function circleOf(tenantId: string): Circle {
  return tenantId === PLATFORM_TENANT_ID
    ? { topRole: 'super_admin', lastOne: 'last-super-admin' }
    : { topRole: 'owner', lastOne: 'last-owner' };
}

function grantsOf(tenantId: string, role: string): readonly string[] {
  const known: Readonly<Record<string, { readonly grants: readonly string[] }>> =
    tenantId === PLATFORM_TENANT_ID ? roles.platform : roles.tenant;
  const found = known[role];
  if (!found) throw new Fault('invalid-input', { field: 'role', detail: `There is no role ${role} here` });
  return found.grants;
}

/** Every permission that some operation asks for. */
const permissions = [...new Set(operations.flatMap(({ permission }) => (permission ? [permission] : [])))];

function covers(held: readonly string[], grants: readonly string[]): boolean {
  if (grants.includes('*')) return held.includes('*');
  return permissions
    .filter((permission) => permits(grants, permission))
    .every((permission) => permits(held, permission));
}

/** A review takes away and gives nothing. @throws Fault `forbidden` for a role that may do what the present one may not */
export function assertNarrower(tenantId: string, present: string, next: string): void {
  if (!covers(grantsOf(tenantId, present), grantsOf(tenantId, next)))
    throw new Fault('forbidden', { field: 'role', detail: `The role ${next} may do what ${present} may not` });
}

/**
 * Nobody gives, changes or takes a role that may do more than they may: else a manager of members would be an owner.
 * @param held the caller's grants
 * @throws Fault `forbidden`
 */
export function assertMayHandle(held: readonly string[], tenantId: string, ...named: readonly string[]): void {
  for (const role of named) {
    if (!covers(held, grantsOf(tenantId, role)))
      throw new Fault('forbidden', { field: 'role', detail: `The role ${role} may do more than you may` });
  }
}
