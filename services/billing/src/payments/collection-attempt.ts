import { InvoiceCollectionFailed } from '@tenantry/contracts';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Ladder } from '../dunning/dunning.js';
import { dueNanos, type Invoice } from '../invoices/invoice.js';
import { daysAfter } from '../invoices/period.js';
import type { Payment } from './payment.js';

/** How long an attempt may take before it counts as ended by a crash. */
export const ATTEMPT_MS = 3_600_000;

/** Why an attempt took no money. */
export interface Failure {
  readonly outcome: 'declined' | 'no_payment_method' | 'refused';
  /** The bank's word. */
  readonly failureCode: string | null;
}

/** Begins an attempt; whatever ends it, the next comes no sooner than after its time. */
export function beginAttempt(invoice: Invoice, now: Date): Invoice {
  return { ...invoice, collections: invoice.collections + 1, collectAt: new Date(now.getTime() + ATTEMPT_MS) };
}

/** Whether an invoice is to be collected by itself now. */
export function isCollectable(invoice: Invoice, now: Date): boolean {
  return invoice.collectAt !== null && invoice.collectAt <= now && dueNanos(invoice) > 0n;
}

/** The next day of the ladder, counted from the due date; null when it has none any more. */
export function nextDay({ dueOn }: Invoice, ladder: Ladder, today: string): string | null {
  return ladder.map((days) => daysAfter(dueOn!, days)).find((day) => day > today) ?? null;
}

/** Why a payment took no money; null when it did, or still may. */
export function failureOf({ status, failureCode }: Payment): Failure | null {
  return status === 'succeeded' || status === 'processing' ? null : { outcome: 'declined', failureCode };
}

/** Why a payment could not be tried at all; undefined for what says nothing about the invoice and passes by itself. */
export function failureOfFault(error: unknown): Failure | undefined {
  if (!(error instanceof Fault)) return undefined;
  if (error.reason === 'payment-method-missing') return { outcome: 'no_payment_method', failureCode: null };
  return error.reason === 'payment-refused' ? { outcome: 'refused', failureCode: null } : undefined;
}

/** What is announced of an attempt that took no money. */
export function collectionFailed(invoice: Invoice, failure: Failure, nextOn: string | null): InvoiceCollectionFailed {
  const { id: invoiceId, number, collections: attempt, currency } = invoice;
  const due = formatNanos(dueNanos(invoice));
  return new InvoiceCollectionFailed({ invoiceId, number: number!, attempt, ...failure, nextOn, due, currency });
}
