import { Fault } from '@tenantry/kernel';
import type { Entitlement, EntitlementsEntry } from './entries.js';

/** An entitlement that counts now, and who says so. */
export type EffectiveEntitlement = Entitlement & {
  readonly source: 'plan' | 'override';
  /** RFC 3339; null when it does not expire. */
  readonly expiresAt: string | null;
};

function own<T>(values: Readonly<Record<string, T>>, feature: string): T | undefined {
  return Object.hasOwn(values, feature) ? values[feature] : undefined;
}

/** What counts for one feature now: an override that has not expired, else the plan while it is in force. */
export function entitlementTo(
  entry: EntitlementsEntry | undefined,
  feature: string,
  now: Date,
): EffectiveEntitlement | undefined {
  if (!entry) return undefined;
  const override = own(entry.overrides, feature);
  if (override && (override.expiresAt === null || Date.parse(override.expiresAt) > now.getTime())) {
    return { ...override, source: 'override' };
  }
  const given = own(entry.plan, feature);
  const planned = given && isWithdrawn(entry, now) ? withdrawn(given) : given;
  return planned && { ...planned, source: 'plan', expiresAt: null };
}

/** Whether the plan gives nothing: it has ended, or is not paid for. */
function isWithdrawn({ planEndsAt, isWithheld }: EntitlementsEntry, now: Date): boolean {
  return (isWithheld ?? false) || (planEndsAt != null && Date.parse(planEndsAt) <= now.getTime());
}

/** What is left of something: a limit is zero, for without one there would be none. */
function withdrawn(entitlement: Entitlement): Entitlement | undefined {
  return entitlement.kind === 'metered' ? { kind: 'metered', limit: 0 } : undefined;
}

/** Everything that counts now, by feature in alphabetical order. */
export function effectiveEntitlements(
  entry: EntitlementsEntry | undefined,
  now: Date,
): ReadonlyMap<string, EffectiveEntitlement> {
  const features = entry ? [...new Set([...Object.keys(entry.plan), ...Object.keys(entry.overrides)])].sort() : [];
  return new Map(
    features.flatMap((feature) => {
      const found = entitlementTo(entry, feature, now);
      return found ? [[feature, found] as const] : [];
    }),
  );
}

/** Whether something may be used at all: switched on, not valued `false`, or a limit above zero. */
export function isAllowed(entitlement: Entitlement | undefined): boolean {
  switch (entitlement?.kind) {
    case 'boolean':
      return entitlement.enabled;
    case 'static':
      return entitlement.value !== false;
    case 'metered':
      return entitlement.limit > 0;
    case undefined:
      return false;
  }
}

/**
 * Refuses what the tenant may not use. A feature that nobody granted, and a tenant that nobody knows, may not.
 * @throws Fault `not-entitled`
 */
export function assertEntitled(entry: EntitlementsEntry | undefined, feature: string, now: Date): void {
  if (!isAllowed(entitlementTo(entry, feature, now))) {
    throw new Fault('not-entitled', { detail: `The plan of this tenant does not include ${feature}` });
  }
}
