import { Fault, formatNanos, newId, parseNanos } from '@tenantry/kernel';
import { isQuota } from '@tenantry/messaging';
import { parseCurrency } from '../currency.js';
import { quantityText } from '../quantity.js';

/** The value of a feature that is more than on or off. */
export type FeatureValue = string | number | boolean;

/** What a version of a plan costs and includes. */
export interface PlanTerms {
  /** A month; null when it is negotiated. */
  readonly priceNanos: bigint | null;
  /** ISO 4217. */
  readonly currency: string;
  /** Limits a calendar month, by the meter's key. */
  readonly usageCaps: Readonly<Record<string, number>>;
  readonly featureEntitlements: readonly string[];
  readonly staticEntitlements: Readonly<Record<string, FeatureValue>>;
  readonly trialDays: number;
  /** What a unit costs, as decimal text, by the meter's key. */
  readonly unitPrices: Readonly<Record<string, string>>;
}

/** One version of a plan. */
export interface Plan extends PlanTerms {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly createdAt: Date;
}

/** What staff say about a plan. */
export interface PlanWish {
  readonly price?: string | null;
  readonly currency?: string | null;
  readonly usageCaps: Readonly<Record<string, number>>;
  readonly featureEntitlements: readonly string[];
  readonly staticEntitlements: Readonly<Record<string, unknown>>;
  readonly trialDays?: number | null;
  readonly unitPrices?: Readonly<Record<string, string>>;
}

const FEATURE = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const MAX_STATIC = 100;
const MAX_TEXT = 500;

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

function checkKeys(values: Readonly<Record<string, unknown>>, field: string): void {
  for (const key of Object.keys(values)) {
    if (!FEATURE.test(key))
      refuse(field, `${field} has keys of 1 to 64 letters, digits, "_", "." and "-", beginning with a letter`);
  }
}

/** Whether a value can be that of a feature. */
export function isFeatureValue(value: unknown): value is FeatureValue {
  return (
    (typeof value === 'string' && value.length <= MAX_TEXT) || Number.isFinite(value) || typeof value === 'boolean'
  );
}

function staticEntitlements(wish: Readonly<Record<string, unknown>>): Record<string, FeatureValue> {
  const field = 'staticEntitlements';
  checkKeys(wish, field);
  const entries = Object.entries(wish);
  if (entries.length > MAX_STATIC) refuse(field, `${field} has at most ${MAX_STATIC} features`);
  return Object.fromEntries(
    entries.map(([feature, value]) => [
      feature,
      isFeatureValue(value)
        ? value
        : refuse(
            `${field}.${feature}`,
            `A feature's value is a boolean, a number or a text of at most ${MAX_TEXT} characters`,
          ),
    ]),
  );
}

function priceNanosOf(price: string, field: string): bigint {
  const priceNanos = parseNanos(price, field);
  return priceNanos >= 0n ? priceNanos : refuse(field, 'A price is not negative');
}

function unitPrices(wish: Readonly<Record<string, string>> = {}): Record<string, string> {
  checkKeys(wish, 'unitPrices');
  const printed = ([key, price]: [string, string]) => [key, formatNanos(priceNanosOf(price, `unitPrices.${key}`))];
  return Object.fromEntries(Object.entries(wish).map(printed)) as Record<string, string>;
}

/** @throws Fault `invalid-input` naming the field that can't be sold */
export function planTerms(wish: PlanWish): PlanTerms {
  const priceNanos = wish.price == null ? null : priceNanosOf(wish.price, 'price');
  checkKeys(wish.usageCaps, 'usageCaps');
  for (const [meter, cap] of Object.entries(wish.usageCaps)) quantityText(cap, `usageCaps.${meter}`);
  const { usageCaps, featureEntitlements } = wish;
  const values = staticEntitlements(wish.staticEntitlements);
  const features = [...featureEntitlements, ...Object.keys(values), ...Object.keys(usageCaps)];
  const twice = features.find((feature, index) => features.indexOf(feature) < index);
  if (twice) refuse('featureEntitlements', `${twice} is either switched on, or has a value, or a cap`);
  const uncapped = [...featureEntitlements, ...Object.keys(values)].find(isQuota);
  if (uncapped) refuse('usageCaps', `${uncapped} limits rows: say how many in usageCaps`);
  return {
    priceNanos,
    currency: parseCurrency(wish.currency),
    usageCaps,
    featureEntitlements,
    staticEntitlements: values,
    trialDays: wish.trialDays ?? 0,
    unitPrices: unitPrices(wish.unitPrices),
  };
}

/** @throws Fault `invalid-input` */
export function openPlan(wish: PlanWish & { readonly name: string }, now: Date): Plan {
  const name = wish.name.trim();
  if (!name) refuse('name', 'A name has at least one visible character');
  return { id: newId(now), name, version: 1, createdAt: now, ...planTerms(wish) };
}

/** The version of a plan that comes after another. @throws Fault `invalid-input` */
export function nextVersion(plan: Plan, wish: PlanWish, now: Date): Plan {
  return { ...plan, ...planTerms(wish), version: plan.version + 1, createdAt: now };
}
