import { Fault } from '@tenantry/kernel';
import type { EntitlementsEntry, Entitlement } from '@tenantry/messaging';
import type { EntitlementOverride } from '../entitlements/entitlement-override.js';
import type { Plan } from '../plans/plan.js';

/** The plan that a tenant has, in the version that it was sold. */
export interface Subscription {
  readonly tenantId: string;
  readonly plan: Plan;
  readonly trialEndsAt: Date | null;
  readonly startedAt: Date;
  /** Since when it has this plan in this version. */
  readonly termsSince: Date;
  /** When it ends, or did; null when nobody cancelled it. */
  readonly endsAt: Date | null;
  /** Since when its plan grants nothing because invoices are not paid; null when they are. */
  readonly restrictedSince: Date | null;
  readonly changedAt: Date;
  /** Of everything the tenant may use: grows also when an override changes. */
  readonly version: bigint;
}

/** What a tenant had, until other terms took their place. */
export interface PastTerms {
  readonly plan: Plan;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

const DAY_MS = 86_400_000;

/** A tenant's first plan; its trial begins now. */
export function subscribe(tenantId: string, plan: Plan, now: Date): Subscription {
  const trialEndsAt = plan.trialDays > 0 ? new Date(now.getTime() + plan.trialDays * DAY_MS) : null;
  const since = { startedAt: now, termsSince: now, changedAt: now };
  return { tenantId, plan, trialEndsAt, ...since, endsAt: null, restrictedSince: null, version: 1n };
}

/** Whether two are the same version of the same plan. */
export function isSamePlan(one: Plan, other: Plan): boolean {
  return one.id === other.id && one.version === other.version;
}

/**
 * Moves to a plan; the same object when the tenant has that version already. A trial goes on and never begins again. Whoever is given a
 * plan is not about to leave: a cancellation is forgotten.
 */
export function movePlan(subscription: Subscription, plan: Plan, now: Date): Subscription {
  if (isSamePlan(plan, subscription.plan) && !hasEnded(subscription, now)) return resume(subscription, now);
  return { ...touch(subscription, now), plan, termsSince: now, endsAt: null };
}

/** What was in force until a move; null when nothing was in force for any time. */
export function pastTerms(before: Subscription, after: Subscription): PastTerms | null {
  const { plan, termsSince: startsAt } = before;
  const endsAt = before.endsAt !== null && before.endsAt < after.termsSince ? before.endsAt : after.termsSince;
  return endsAt > startsAt ? { plan, startsAt, endsAt } : null;
}

export function hasEnded({ endsAt }: Subscription, now: Date): boolean {
  return endsAt !== null && endsAt <= now;
}

/**
 * Ends with the trial, or else with the calendar month; the same object when it ends already.
 * @throws Fault `conflict` when it has ended
 */
export function cancel(subscription: Subscription, monthEndsAt: Date, now: Date): Subscription {
  assertGoesOn(subscription, now);
  if (subscription.endsAt !== null) return subscription;
  const { trialEndsAt } = subscription;
  const isTrialing = statusOf(subscription, now) === 'trialing';
  return { ...touch(subscription, now), endsAt: isTrialing ? trialEndsAt : monthEndsAt };
}

/** Goes on after all; the same object when nobody cancelled it. @throws Fault `conflict` when it has ended */
export function resume(subscription: Subscription, now: Date): Subscription {
  assertGoesOn(subscription, now);
  return subscription.endsAt === null ? subscription : { ...touch(subscription, now), endsAt: null };
}

/** Withholds what the plan grants, or grants it again; the same object when nothing changes. */
export function restrict(subscription: Subscription, isRestricted: boolean, now: Date): Subscription {
  const { restrictedSince } = subscription;
  if ((restrictedSince !== null) === isRestricted) return subscription;
  return { ...touch(subscription, now), restrictedSince: isRestricted ? now : null };
}

function assertGoesOn(subscription: Subscription, now: Date): void {
  if (hasEnded(subscription, now))
    throw new Fault('conflict', { detail: 'The subscription has ended; staff can give the tenant a plan again' });
}

/** What the tenant may use has changed, its plan has not. */
export function touch(subscription: Subscription, now: Date): Subscription {
  return { ...subscription, changedAt: now, version: subscription.version + 1n };
}

export function statusOf(subscription: Subscription, now: Date): 'trialing' | 'active' | 'ended' {
  if (hasEnded(subscription, now)) return 'ended';
  const { trialEndsAt } = subscription;
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
  { plan, endsAt, restrictedSince }: Subscription,
  overrides: readonly EntitlementOverride[],
): Omit<EntitlementsEntry, 'version'> {
  return {
    plan: entitlementsOf(plan),
    planEndsAt: endsAt?.toISOString() ?? null,
    isWithheld: restrictedSince !== null,
    overrides: Object.fromEntries(
      overrides.map(({ feature, entitlement, expiresAt }) => [
        feature,
        { ...entitlement, expiresAt: expiresAt?.toISOString() ?? null },
      ]),
    ),
  };
}
