import { Fault, newId, parseNanos } from '@tenantry/kernel';
import { percentOf, type TaxTerms } from '../profiles/billing-profile.js';
import type { Subscription } from '../subscriptions/subscription.js';
import type { Counted } from '../usage/usage-hour.table.js';
import type { Invoice, InvoiceLine } from './invoice.js';
import { dateIn, daysBetween, type Period } from './period.js';
import { partOf, prorate, quantityOf, rate, totalOf } from './rating.js';
import type { PricedWindow, Stretch } from './stretch.js';

const ALL_PPM = 1_000_000n;

/** What a draft is made of. */
export interface DraftFacts {
  readonly subscription: Subscription;
  /** Which days are charged by which terms. */
  readonly stretches: readonly Stretch[];
  readonly period: Period;
  readonly timeZone: string;
  readonly tax: TaxTerms;
  readonly parties: NonNullable<Invoice['parties']>;
  /** Whether nothing is to be paid. */
  readonly isTest: boolean;
  /** The organization that is billed as one; null when the tenant pays for itself. */
  readonly partOf: string | null;
  readonly now: Date;
}

/** An invoice and its lines. */
export interface Drafted {
  readonly invoice: Invoice;
  readonly lines: readonly InvoiceLine[];
}

/** @throws Fault `conflict` when terms of the period can't be on one invoice, or price meters that still count in it */
export function assertRatable({ stretches, period, timeZone, now }: DraftFacts): void {
  const [first] = stretches;
  const other = stretches.find(({ plan }) => plan.currency !== first!.plan.currency);
  const refuse = (detail: string): never => {
    throw new Fault('conflict', { field: 'to', detail });
  };
  if (other) refuse(`The plan has another currency since ${other.from}; draw up the days before it on their own`);
  const isPriced = stretches.some(({ plan }) => Object.keys(plan.unitPrices).length > 0);
  if (isPriced && period.to > dateIn(timeZone, now)) refuse('The plan charges usage, so the period must be over');
}

function lineOf({ plan, from, to }: Stretch, now: Date) {
  const nobodyElse = { forTenantId: null, forTenantName: null };
  return { id: newId(now), from, to, planId: plan.id, planVersion: plan.version, ...nobodyElse };
}

function baseLine(stretch: Stretch, now: Date): InvoiceLine[] {
  const { priceNanos, currency } = stretch.plan;
  if (priceNanos === null) return [];
  const quantity = `${daysBetween(stretch.from, stretch.to)}`;
  const charge = { quantity, unitPriceNanos: priceNanos, amountNanos: prorate(priceNanos, stretch, currency) };
  return [
    { ...lineOf(stretch, now), kind: 'base', meterId: null, meterKey: null, ofDays: null, countedIn: null, ...charge },
  ];
}

function usageLine({ window, quantityNanos, countedIn }: Counted<PricedWindow>, now: Date): InvoiceLine {
  const { meterId, meterKey, plan, share } = window;
  const unitPriceNanos = parseNanos(plan.unitPrices[meterKey]!, 'unitPrices');
  const amountNanos = rate(unitPriceNanos, quantityNanos, plan.currency, share);
  const charge = { quantity: quantityOf(quantityNanos), unitPriceNanos, amountNanos };
  return {
    ...lineOf(window, now),
    kind: 'usage',
    meterId,
    meterKey,
    ofDays: share?.ofDays ?? null,
    countedIn,
    ...charge,
  };
}

/** What days and usage cost, without tax. */
export function chargesOf(
  stretches: readonly Stretch[],
  counted: readonly Counted<PricedWindow>[],
  now: Date,
): InvoiceLine[] {
  return [...stretches.flatMap((one) => baseLine(one, now)), ...counted.map((one) => usageLine(one, now))];
}

/** The tax on an amount (EN 16931, BR-CO-17: taxable amount × rate, rounded). */
export function taxOn(netNanos: bigint, { ratePpm }: TaxTerms, currency: string): bigint {
  return partOf(netNanos, BigInt(ratePpm), ALL_PPM, currency);
}

/** The tax on everything else, once. None when the rate is zero. */
function taxLine(stretch: Stretch, tax: TaxTerms, netNanos: bigint, now: Date): InvoiceLine[] {
  if (tax.ratePpm === 0) return [];
  const amountNanos = taxOn(netNanos, tax, stretch.plan.currency);
  const charge = { quantity: percentOf(tax.ratePpm), unitPriceNanos: netNanos, amountNanos };
  return [
    { ...lineOf(stretch, now), kind: 'tax', meterId: null, meterKey: null, ofDays: null, countedIn: null, ...charge },
  ];
}

/** An invoice and its lines. @throws Fault `conflict` when it comes to more than it can carry */
export function draftInvoice(
  { subscription, stretches, period, timeZone, tax, parties, isTest, partOf, now }: DraftFacts,
  counted: readonly Counted<PricedWindow>[],
): Drafted {
  const { plan } = stretches.at(-1) ?? subscription;
  const billed = { plan, from: stretches[0]?.from ?? period.to, to: period.to };
  const charges = chargesOf(stretches, counted, now);
  const netNanos = totalOf(charges);
  const lines = [...charges, ...taxLine(billed, tax, netNanos, now)];
  const totalNanos = totalOf(lines);
  const invoice: Invoice = {
    ...period,
    id: newId(now),
    tenantId: subscription.tenantId,
    number: null,
    status: 'draft',
    billedFrom: billed.from,
    timeZone,
    currency: plan.currency,
    planId: plan.id,
    planVersion: plan.version,
    totalNanos,
    taxNanos: totalNanos - netNanos,
    ...{ taxName: tax.name, taxRatePpm: tax.ratePpm, isReverseCharge: tax.isReverseCharge },
    parties,
    ...{ dueDays: tax.dueDays, dueOn: null },
    creditedNanos: 0n,
    createdAt: now,
    openedAt: null,
    closedAt: null,
    ...{ partOf, gatheredIn: null, organizationId: null },
    ...{ collectAt: null, collections: 0, testMode: isTest },
  };
  return { invoice, lines };
}
