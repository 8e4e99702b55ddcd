import { Fault, newId, parseNanos } from '@tenantry/kernel';
import type { Subscription } from '../subscriptions/subscription.js';
import type { Counted } from '../usage/usage-hour.table.js';
import { dateIn, daysBetween, type Period } from './period.js';
import { minorUnitNanos, prorate, quantityOf, rate, totalOf } from './rating.js';
import type { PricedWindow, Stretch } from './stretch.js';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';

/** One charge, for days of the invoice's period. */
export interface InvoiceLine extends Period {
  readonly id: string;
  readonly kind: 'base' | 'usage';
  readonly meterId: string | null;
  readonly meterKey: string | null;
  /** Exact decimal text: days on a base line. */
  readonly quantity: string;
  readonly unitPriceNanos: bigint;
  readonly amountNanos: bigint;
  readonly planId: string;
  readonly planVersion: number;
  /** Of a usage line: the `pg_snapshot` in which it was counted; null otherwise. */
  readonly countedIn: string | null;
}

/** Takes an amount from an invoice. */
export interface CreditNote {
  readonly id: string;
  readonly number: bigint;
  readonly amountNanos: bigint;
  readonly reason: string;
  readonly createdAt: Date;
}

/** What is to be paid for a period. */
export interface Invoice extends Period {
  readonly id: string;
  readonly tenantId: string;
  readonly number: bigint | null;
  readonly status: InvoiceStatus;
  readonly billedFrom: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly planId: string;
  readonly planVersion: number;
  readonly totalNanos: bigint;
  readonly creditedNanos: bigint;
  readonly createdAt: Date;
  readonly openedAt: Date | null;
  readonly closedAt: Date | null;
}

/** What a draft is made of. */
export interface DraftFacts {
  readonly subscription: Subscription;
  /** Which days are charged by which terms. */
  readonly stretches: readonly Stretch[];
  readonly period: Period;
  readonly timeZone: string;
  readonly now: Date;
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
  return { id: newId(now), from, to, planId: plan.id, planVersion: plan.version };
}

function baseLine(stretch: Stretch, now: Date): InvoiceLine[] {
  const { priceNanos, currency } = stretch.plan;
  if (priceNanos === null) return [];
  const quantity = `${daysBetween(stretch.from, stretch.to)}`;
  const charge = { quantity, unitPriceNanos: priceNanos, amountNanos: prorate(priceNanos, stretch, currency) };
  return [{ ...lineOf(stretch, now), kind: 'base', meterId: null, meterKey: null, countedIn: null, ...charge }];
}

function usageLine({ window, quantityNanos, countedIn }: Counted<PricedWindow>, now: Date): InvoiceLine {
  const { meterId, meterKey, plan, share } = window;
  const unitPriceNanos = parseNanos(plan.unitPrices[meterKey]!, 'unitPrices');
  const amountNanos = rate(unitPriceNanos, quantityNanos, plan.currency, share);
  const charge = { quantity: quantityOf(quantityNanos), unitPriceNanos, amountNanos };
  return { ...lineOf(window, now), kind: 'usage', meterId, meterKey, countedIn, ...charge };
}

/** An invoice and its lines. @throws Fault `conflict` when it comes to more than it can carry */
export function draftInvoice(
  { subscription, stretches, period, timeZone, now }: DraftFacts,
  counted: readonly Counted<PricedWindow>[],
): { readonly invoice: Invoice; readonly lines: readonly InvoiceLine[] } {
  const base = stretches.flatMap((stretch) => baseLine(stretch, now));
  const lines = [...base, ...counted.map((one) => usageLine(one, now))];
  const { plan } = stretches.at(-1) ?? subscription;
  const invoice: Invoice = {
    ...period,
    id: newId(now),
    tenantId: subscription.tenantId,
    number: null,
    status: 'draft',
    billedFrom: stretches[0]?.from ?? period.to,
    timeZone,
    currency: plan.currency,
    planId: plan.id,
    planVersion: plan.version,
    totalNanos: totalOf(lines),
    creditedNanos: 0n,
    createdAt: now,
    openedAt: null,
    closedAt: null,
  };
  return { invoice, lines };
}

/** Which states an invoice may leave for another. */
const BEFORE: Readonly<Record<Exclude<InvoiceStatus, 'draft'>, readonly InvoiceStatus[]>> = {
  open: ['draft'],
  paid: ['open', 'uncollectible'],
  void: ['draft', 'open'],
  uncollectible: ['open'],
};

/** @throws Fault `conflict` when the invoice is not in a state that allows it */
export function assertMayBecome({ status, creditedNanos }: Invoice, next: Exclude<InvoiceStatus, 'draft'>): void {
  if (!BEFORE[next].includes(status))
    throw new Fault('conflict', {
      detail: `An invoice becomes ${next} from ${BEFORE[next].join(' or ')}; this one is ${status}`,
    });
  if (next === 'void' && creditedNanos > 0n)
    throw new Fault('conflict', {
      detail: 'An invoice with credit notes is not taken back; credit what is left of it',
    });
}

/** Makes a draft final, under a number. @throws Fault `conflict` */
export function finalize(invoice: Invoice, number: bigint, now: Date): Invoice {
  assertMayBecome(invoice, 'open');
  return { ...invoice, status: 'open', number, openedAt: now };
}

/** Ends an invoice. @throws Fault `conflict` */
export function close(invoice: Invoice, status: 'paid' | 'void' | 'uncollectible', now: Date): Invoice {
  assertMayBecome(invoice, status);
  return { ...invoice, status, closedAt: now };
}

/**
 * What a credit note takes, in nano-units.
 * @throws Fault `conflict` when the invoice is a draft or void, `invalid-input` when the amount is not what it can give
 */
export function creditable(invoice: Invoice, amount: string): bigint {
  const { status, totalNanos, creditedNanos, currency } = invoice;
  if (status === 'draft' || status === 'void')
    throw new Fault('conflict', { detail: `A credit note takes from a finalized invoice; this one is ${status}` });
  const amountNanos = parseNanos(amount, 'amount');
  const isPayable = amountNanos > 0n && amountNanos % minorUnitNanos(currency) === 0n;
  if (isPayable && amountNanos <= totalNanos - creditedNanos) return amountNanos;
  const detail = 'amount must be more than zero, in whole minor units, and at most what is left of the invoice';
  throw new Fault('invalid-input', { field: 'amount', detail });
}

/** What is to be paid, in nano-units. */
export function dueNanos({ status, totalNanos, creditedNanos }: Invoice): bigint {
  return status === 'open' || status === 'uncollectible' ? totalNanos - creditedNanos : 0n;
}
