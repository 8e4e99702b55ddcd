import { Fault } from '@tenantry/kernel';
import { dateIn, daysAfter, type Period } from './period.js';
import { minorUnitNanos, partOf } from './rating.js';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void' | 'uncollectible' | 'gathered';

/** One charge, for days of the invoice's period. */
export interface InvoiceLine extends Period {
  readonly id: string;
  readonly kind: 'base' | 'usage' | 'tax';
  readonly meterId: string | null;
  readonly meterKey: string | null;
  /** Exact decimal text: days on a base line, percent on a tax line. */
  readonly quantity: string;
  readonly unitPriceNanos: bigint;
  readonly amountNanos: bigint;
  readonly planId: string;
  readonly planVersion: number;
  /** Of a line that costs its share of days: of how many; null otherwise. */
  readonly ofDays: number | null;
  /** Of a usage line: the `pg_snapshot` in which it was counted; null otherwise. */
  readonly countedIn: string | null;
  /** On an organization's invoice: the tenant that is charged for; null otherwise. */
  readonly forTenantId: string | null;
  readonly forTenantName: string | null;
}

/** Takes an amount from an invoice. */
export interface CreditNote {
  readonly id: string;
  readonly number: bigint;
  readonly amountNanos: bigint;
  readonly taxNanos: bigint;
  readonly reason: string;
  /** The version of the plan to whose prices it corrects the invoice; null when it is for something else. */
  readonly reratedTo: number | null;
  readonly createdAt: Date;
}

/** Who bills or pays. */
export interface Party {
  readonly name: string;
  readonly address: string;
  readonly taxId: string | null;
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
  /** With tax. */
  readonly totalNanos: bigint;
  readonly taxNanos: bigint;
  readonly taxName: string;
  readonly taxRatePpm: number;
  readonly isReverseCharge: boolean;
  /** Null on invoices from before they were kept. */
  readonly parties: { readonly seller: Party; readonly customer: Party } | null;
  readonly dueDays: number;
  /** The last day on which it is paid in time; null until it is open. */
  readonly dueOn: string | null;
  readonly creditedNanos: bigint;
  readonly createdAt: Date;
  readonly openedAt: Date | null;
  readonly closedAt: Date | null;
  /** When it is collected by itself next; null when it is not. */
  readonly collectAt: Date | null;
  /** How often that was begun. */
  readonly collections: number;
  /** Whether nothing is to be paid: no money moved when it was made, or when it was paid. */
  readonly testMode: boolean;
  /** Of a part: the organization that is billed as one, and the invoice on which the part is. */
  readonly partOf: string | null;
  readonly gatheredIn: string | null;
  /** Of an organization's invoice: the organization. */
  readonly organizationId: string | null;
}

/** Which states an invoice may leave for another. */
const BEFORE: Readonly<Record<Exclude<InvoiceStatus, 'draft'>, readonly InvoiceStatus[]>> = {
  open: ['draft'],
  gathered: ['draft'],
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
  const dueOn = daysAfter(dateIn(invoice.timeZone, now), invoice.dueDays);
  return { ...invoice, status: 'open', number, openedAt: now, dueOn };
}

/** Makes a draft final as a part of its organization's invoice: it waits to be gathered. @throws Fault `conflict` */
export function joinWhole(invoice: Invoice, now: Date): Invoice {
  assertMayBecome(invoice, 'gathered');
  return { ...invoice, status: 'gathered', openedAt: now };
}

/** Drafts are the platform's: to their tenant they are unknown. @throws Fault `not-found` */
export function assertFinal({ openedAt }: Invoice): void {
  if (openedAt === null) throw new Fault('not-found');
}

/** Ends an invoice. @throws Fault `conflict` */
export function close(invoice: Invoice, status: 'paid' | 'void' | 'uncollectible', now: Date): Invoice {
  assertMayBecome(invoice, status);
  return { ...invoice, status, closedAt: now, collectAt: null };
}

/** @throws Fault `conflict` when the invoice is a draft or void, `invalid-input` when the amount is not what it can give */
export function assertCreditable(invoice: Invoice, amountNanos: bigint): void {
  const { status, totalNanos, creditedNanos, currency } = invoice;
  if (status === 'draft' || status === 'void' || status === 'gathered')
    throw new Fault('conflict', { detail: `A credit note takes from a finalized invoice; this one is ${status}` });
  const isPayable = amountNanos > 0n && amountNanos % minorUnitNanos(currency) === 0n;
  if (isPayable && amountNanos <= totalNanos - creditedNanos) return;
  const detail = 'amount must be more than zero, in whole minor units, and at most what is left of the invoice';
  throw new Fault('invalid-input', { field: 'amount', detail });
}

/** The tax in a credit note over an amount: what all of them take then without what they took before. */
export function creditedTax({ totalNanos, taxNanos, creditedNanos, currency }: Invoice, amountNanos: bigint): bigint {
  const taxIn = (nanos: bigint): bigint => partOf(nanos, taxNanos, totalNanos, currency);
  return taxIn(creditedNanos + amountNanos) - taxIn(creditedNanos);
}

/** What is to be paid, in nano-units. */
export function dueNanos({ status, totalNanos, creditedNanos }: Invoice): bigint {
  return status === 'open' || status === 'uncollectible' ? totalNanos - creditedNanos : 0n;
}
