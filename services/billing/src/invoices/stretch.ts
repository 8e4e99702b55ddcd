import { Fault } from '@tenantry/kernel';
import type { Meter } from '../meters/meter.js';
import type { Plan } from '../plans/plan.js';
import { isSamePlan, type PastTerms, type Subscription } from '../subscriptions/subscription.js';
import type { MeterWindow } from '../usage/usage-hour.table.js';
import { dateIn, daysBetween, type Period } from './period.js';

/** Days that are charged by the same terms. */
export interface Stretch extends Period {
  readonly plan: Plan;
}

/** What a meter counted on some days is charged by a plan's price for it. */
export interface PricedWindow extends MeterWindow {
  readonly plan: Plan;
  readonly meterKey: string;
  /** Whether the quantities of two windows add up to that of both. */
  readonly addsUp: boolean;
  /** Of what does not: how many of the charged days. */
  readonly share: { readonly days: number; readonly ofDays: number } | null;
}

const ADDS: ReadonlySet<Meter['aggregation']> = new Set(['sum', 'count']);
const MAX_LINES = 1_000;

const later = (one: string, other: string): string => (one > other ? one : other);
const earlier = (one: string, other: string): string => (one < other ? one : other);

/**
 * Which days of a period are charged by which terms: a day by those that were in force when it ended, none before the tenant began, none
 * of its trial and none after its plan has ended.
 */
export function stretchesOf(
  subscription: Subscription,
  past: readonly PastTerms[],
  { period, timeZone }: { readonly period: Period; readonly timeZone: string },
): Stretch[] {
  const { startedAt, trialEndsAt, plan, termsSince, endsAt } = subscription;
  const paysFrom = dateIn(timeZone, trialEndsAt !== null && trialEndsAt > startedAt ? trialEndsAt : startedAt);
  const first = later(period.from, paysFrom);
  const terms = [...past, { plan, startsAt: termsSince, endsAt }];
  const stretches = terms.map((one) => ({
    plan: one.plan,
    from: later(first, dateIn(timeZone, one.startsAt)),
    to: one.endsAt === null ? period.to : earlier(period.to, dateIn(timeZone, one.endsAt)),
  }));
  return merged(
    stretches.filter(({ from, to }) => from < to),
    (one, next) => isSamePlan(one.plan, next.plan),
  );
}

/** Which meters are charged on which days, at which plan's price. @throws Fault `conflict` when they are too many */
export function pricedWindows(stretches: readonly Stretch[], meters: readonly Meter[]): PricedWindow[] {
  const windows = meters.flatMap((meter) => windowsOf(stretches, meter));
  if (windows.length + stretches.length <= MAX_LINES) return windows;
  const detail = `The plan changed so often that the invoice would have more than ${MAX_LINES} lines; take a shorter period`;
  throw new Fault('conflict', { field: 'to', detail });
}

function windowsOf(stretches: readonly Stretch[], { id, key, aggregation }: Meter): PricedWindow[] {
  const priced = stretches.filter(({ plan }) => Object.hasOwn(plan.unitPrices, key));
  const addsUp = ADDS.has(aggregation);
  const meter = { meterId: id, meterKey: key, addsUp };
  if (addsUp) return priced.map((stretch) => ({ ...stretch, ...meter, share: null }));
  const ofDays = stretches.reduce((sum, { from, to }) => sum + daysBetween(from, to), 0);
  return merged(priced, (one, next) => one.plan.unitPrices[key] === next.plan.unitPrices[key]).map((window) => {
    const days = daysBetween(window.from, window.to);
    return { ...window, ...meter, share: days < ofDays ? { days, ofDays } : null };
  });
}

/** Neighbours that are alike become one, with the terms of the last. */
function merged(stretches: readonly Stretch[], isAlike: (one: Stretch, next: Stretch) => boolean): Stretch[] {
  return stretches.reduce<Stretch[]>((done, next) => {
    const last = done.at(-1);
    const joins = last !== undefined && last.to === next.from && isAlike(last, next);
    return joins ? [...done.slice(0, -1), { ...next, from: last.from }] : [...done, next];
  }, []);
}
