import { Fault, newId } from '@tenantry/kernel';
import { checkSlug } from './slug.js';

export type TenantStatus = 'provisioning' | 'active' | 'suspended' | 'deactivated' | 'failed';
export type SuspensionReason = 'billing' | 'security' | 'legal';

/** A tenant as the registry knows it. */
export interface Tenant {
  readonly tenantId: string;
  readonly slug: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly isolation: 'pool' | 'schema';
  readonly industry: string | null;
  readonly region: string;
  readonly timeZone: string;
  /** The cell whose database holds its rows. */
  readonly cell: string;
  readonly organizationId: string | null;
  readonly sandboxOf: string | null;
  readonly suspensionReason: SuspensionReason | null;
  /** When its data space was given up for good; such a tenant never opens again. */
  readonly spaceDeletedAt: Date | null;
  /** Grows by one with every change, so that nobody lets an older state overwrite a newer one. */
  readonly version: bigint;
  readonly createdAt: Date;
  readonly statusChangedAt: Date;
}

/** What somebody wants a tenant to be; what is not said follows from the platform. */
export interface TenantWish {
  readonly slug: string;
  readonly name: string;
  readonly isolation?: string | null;
  readonly industry?: string | null;
  readonly region?: string | null;
  readonly timezone?: string | null;
  readonly organizationId?: string | null;
  readonly sandboxOf?: string | null;
}

/**
 * A new tenant, about to be provisioned.
 * @throws Fault `invalid-input` or `slug-reserved`, naming the field
 */
export function registerTenant(
  wish: TenantWish,
  place: { readonly region: string; readonly cell: string },
  now: Date,
): Tenant {
  const name = wish.name.trim();
  if (!name) throw new Fault('invalid-input', { field: 'name', detail: 'A name has at least one visible character' });
  return {
    tenantId: newId(now),
    slug: checkSlug(wish.slug),
    name,
    status: 'provisioning',
    isolation: wish.isolation === 'schema' ? 'schema' : 'pool',
    industry: wish.industry?.trim() || null,
    region: wish.region ?? place.region,
    timeZone: wish.timezone ?? 'UTC',
    cell: place.cell,
    organizationId: wish.organizationId ?? null,
    sandboxOf: wish.sandboxOf ?? null,
    suspensionReason: null,
    spaceDeletedAt: null,
    version: 1n,
    createdAt: now,
    statusChangedAt: now,
  };
}

/** What can happen to a tenant, from which states, and where it leads. */
const TRANSITIONS = {
  open: { from: ['provisioning'], to: 'active' },
  fail: { from: ['provisioning'], to: 'failed' },
  retry: { from: ['failed'], to: 'provisioning' },
  suspend: { from: ['active', 'suspended'], to: 'suspended' },
  activate: { from: ['suspended', 'deactivated'], to: 'active' },
  deactivate: { from: ['active', 'suspended', 'failed', 'deactivated'], to: 'deactivated' },
} as const satisfies Record<string, { from: readonly TenantStatus[]; to: TenantStatus }>;

export type Transition = keyof typeof TRANSITIONS;

/**
 * Moves a tenant to its next state.
 * @throws Fault `tenant-state` when its state does not allow that
 */
function move(tenant: Tenant, transition: Transition, now: Date, changes: Partial<Tenant> = {}): Tenant {
  const { from, to } = TRANSITIONS[transition];
  if (!(from as readonly TenantStatus[]).includes(tenant.status)) {
    throw new Fault('tenant-state', {
      detail: `The tenant is ${tenant.status}; that needs one that is ${from.join(' or ')}`,
    });
  }
  return {
    ...tenant,
    suspensionReason: null,
    ...changes,
    status: to,
    version: tenant.version + 1n,
    statusChangedAt: now,
  };
}

/** Everything it needs is there: the tenant opens. */
export function openTenant(tenant: Tenant, now: Date): Tenant {
  return move(tenant, 'open', now);
}

/** Something it needs could not be made. */
export function failTenant(tenant: Tenant, now: Date): Tenant {
  return move(tenant, 'fail', now);
}

/** Another attempt to make what it needs. */
export function retryTenant(tenant: Tenant, now: Date): Tenant {
  return move(tenant, 'retry', now);
}

/** Suspends it, or changes the reason; the same tenant when there is nothing to change. */
export function suspendTenant(tenant: Tenant, reason: SuspensionReason, now: Date): Tenant {
  if (tenant.status === 'suspended' && tenant.suspensionReason === reason) return tenant;
  return move(tenant, 'suspend', now, { suspensionReason: reason });
}

/**
 * Suspends an open tenant that does not pay, or opens one that was suspended for that; the same tenant in every other state, above all when
 * it is suspended for another reason.
 */
export function suspendForBilling(tenant: Tenant, isToBeSuspended: boolean, now: Date): Tenant {
  const { status, suspensionReason } = tenant;
  if (isToBeSuspended) return status === 'active' ? suspendTenant(tenant, 'billing', now) : tenant;
  return status === 'suspended' && suspensionReason === 'billing' ? activateTenant(tenant, now) : tenant;
}

/** Opens a suspended or deactivated tenant; the same tenant when it is open. */
export function activateTenant(tenant: Tenant, now: Date): Tenant {
  if (tenant.status === 'active') return tenant;
  if (tenant.spaceDeletedAt)
    throw new Fault('tenant-state', { detail: 'The data of this tenant was deleted; it does not open again' });
  return move(tenant, 'activate', now);
}

/** Closes it, with `deleteSpace` for good; the same tenant when there is nothing to change. */
export function deactivateTenant(tenant: Tenant, deleteSpace: boolean, now: Date): Tenant {
  const spaceDeletedAt = tenant.spaceDeletedAt ?? (deleteSpace ? now : null);
  if (tenant.status === 'deactivated' && tenant.spaceDeletedAt === spaceDeletedAt) return tenant;
  return move(tenant, 'deactivate', now, { spaceDeletedAt });
}

/** The tenant's entry in the directory that every gateway and service holds in memory; it has no personal data. */
export function directoryEntry(tenant: Tenant): Record<string, unknown> {
  const {
    slug,
    name,
    status,
    isolation: mode,
    cell,
    region,
    timeZone,
    organizationId,
    sandboxOf,
    suspensionReason: reason,
  } = tenant;
  return { slug, name, status, mode, cell, region, timeZone, organizationId, sandboxOf, reason, hosts: [] };
}
