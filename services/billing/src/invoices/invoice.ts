import { Fault, newId, parseNanos } from '@tenantry/kernel';
import type { Plan } from '../plans/plan.js';
import type { Subscription } from '../subscriptions/subscription.js';
import type { MeterQuantity } from '../usage/usage-hour.table.js';
import { billedFrom, dateIn, daysBetween, type Period } from './period.js';
import { minorUnitNanos, prorate, quantityOf, rate, totalOf } from './rating.js';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';

/** One charge. */
export interface InvoiceLine {
  readonly id: string;
  readonly kind: 'base' | 'usage';
  readonly meterId: string | null;
  readonly meterKey: string | null;
  /** Exact decimal text: days on a base line. */
  readonly quantity: string;
  readonly unitPriceNanos: bigint;
  readonly amountNanos: bigint;
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
  readonly period: Period;
  readonly timeZone: string;
  readonly now: Date;
}

/** Which days of a period are charged: none before the tenant began, and none of its trial. */
export function billedPeriod({ subscription, period, timeZone }: Omit<DraftFacts, 'now'>): Period {
  const { startedAt, trialEndsAt } = subscription;
  const paysFrom = dateIn(timeZone, trialEndsAt !== null && trialEndsAt > startedAt ? trialEndsAt : startedAt);
  return { from: billedFrom(period, paysFrom), to: period.to };
}

/** @throws Fault `conflict` when the plan prices meters that still count in the period */
export function assertCounted({ subscription, period, timeZone, now }: DraftFacts): void {
  const isPriced = Object.keys(subscription.plan.unitPrices).length > 0;
  if (isPriced && period.to > dateIn(timeZone, now))
    throw new Fault('conflict', { field: 'to', detail: 'The plan charges usage, so the period must be over' });
}

function linesOf(plan: Plan, billed: Period, metered: readonly MeterQuantity[], now: Date): InvoiceLine[] {
  const { priceNanos, unitPrices, currency } = plan;
  const base = priceNanos !== null && {
    id: newId(now),
    kind: 'base' as const,
    meterId: null,
    meterKey: null,
    quantity: `${daysBetween(billed.from, billed.to)}`,
    unitPriceNanos: priceNanos,
    amountNanos: prorate(priceNanos, billed, currency),
  };
  const usage = metered.map(({ meterId, meterKey, quantityNanos }) => {
    const unitPriceNanos = parseNanos(unitPrices[meterKey]!, 'unitPrices');
    const amountNanos = rate(unitPriceNanos, quantityNanos, currency);
    const quantity = quantityOf(quantityNanos);
    return { id: newId(now), kind: 'usage' as const, meterId, meterKey, quantity, unitPriceNanos, amountNanos };
  });
  return [...(base ? [base] : []), ...usage];
}

/** An invoice and its lines. @throws Fault `conflict` when it comes to more than it can carry */
export function draftInvoice(
  { subscription, period, timeZone, now }: DraftFacts,
  billed: Period,
  metered: readonly MeterQuantity[],
): { readonly invoice: Invoice; readonly lines: readonly InvoiceLine[] } {
  const { tenantId, plan } = subscription;
  const lines = linesOf(plan, billed, metered, now);
  const invoice: Invoice = {
    ...period,
    id: newId(now),
    tenantId,
    number: null,
    status: 'draft',
    billedFrom: billed.from,
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
