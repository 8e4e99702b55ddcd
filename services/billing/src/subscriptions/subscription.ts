import type { EntitlementsEntry, Entitlement } from '@tenantry/messaging';
import type { EntitlementOverride } from '../entitlements/entitlement-override.js';
import type { Plan } from '../plans/plan.js';

/** The plan that a tenant has, in the version that it was sold. */
export interface Subscription {
  readonly tenantId: string;
  readonly plan: Plan;
  readonly trialEndsAt: Date | null;
  readonly startedAt: Date;
  readonly changedAt: Date;
  /** Of everything the tenant may use: grows also when an override changes. */
  readonly version: bigint;
}

const DAY_MS = 86_400_000;

/** A tenant's first plan; its trial begins now. */
export function subscribe(tenantId: string, plan: Plan, now: Date): Subscription {
  const trialEndsAt = plan.trialDays > 0 ? new Date(now.getTime() + plan.trialDays * DAY_MS) : null;
  return { tenantId, plan, trialEndsAt, startedAt: now, changedAt: now, version: 1n };
}

/** Moves to a plan; the same object when the tenant has that version already. A trial goes on and never begins again. */
export function movePlan(subscription: Subscription, plan: Plan, now: Date): Subscription {
  const isSame = plan.id === subscription.plan.id && plan.version === subscription.plan.version;
  return isSame ? subscription : { ...touch(subscription, now), plan };
}

/** What the tenant may use has changed, its plan has not. */
export function touch(subscription: Subscription, now: Date): Subscription {
  return { ...subscription, changedAt: now, version: subscription.version + 1n };
}

export function statusOf({ trialEndsAt }: Subscription, now: Date): 'trialing' | 'active' {
  return trialEndsAt !== null && trialEndsAt > now ? 'trialing' : 'active';
}

/** What a plan includes, by feature. */
function entitlementsOf({ usageCaps, featureEntitlements, staticEntitlements }: Plan): Record<string, Entitlement> {
  return {
    ...Object.fromEntries(featureEntitlements.map((feature) => [feature, { kind: 'boolean', enabled: true } as const])),
    ...Object.fromEntries(
      Object.entries(staticEntitlements).map(([feature, value]) => [feature, { kind: 'static', value } as const]),
    ),
    ...Object.fromEntries(
      Object.entries(usageCaps).map(([feature, limit]) => [feature, { kind: 'metered', limit } as const]),
    ),
  };
}

/** The tenant's entry in the directory that every service reads. */
export function directoryEntry(
  { plan }: Subscription,
  overrides: readonly EntitlementOverride[],
): Omit<EntitlementsEntry, 'version'> {
  return {
    plan: entitlementsOf(plan),
    overrides: Object.fromEntries(
      overrides.map(({ feature, entitlement, expiresAt }) => [
        feature,
        { ...entitlement, expiresAt: expiresAt?.toISOString() ?? null },
      ]),
    ),
  };
}
