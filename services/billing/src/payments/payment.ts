import { newId } from '@tenantry/kernel';
import { dueNanos, type Invoice } from '../invoices/invoice.js';
import type { DisputeStatus, PaymentStatus, ProviderPayment } from './payment-provider.js';

/** Money on its way, or there. */
export interface Payment {
  readonly id: string;
  readonly tenantId: string;
  /** The invoice that it pays; null when the tenant itself is paid. */
  readonly invoiceId: string | null;
  /** The connected account that is paid; null when the platform is. */
  readonly accountId: string | null;
  /** The tenant's own name for a payment of its customer. */
  readonly reference: string | null;
  /** Its id at the provider, kept before the first attempt to take money. */
  readonly providerId: string | null;
  readonly status: PaymentStatus;
  readonly amountNanos: bigint;
  readonly refundedNanos: bigint;
  readonly currency: string;
  readonly disputeStatus: DisputeStatus | null;
  readonly failureCode: string | null;
  readonly creations: number;
  readonly tries: number;
  readonly testMode: boolean;
  readonly createdAt: Date;
  readonly checkedAt: Date;
  readonly succeededAt: Date | null;
}

const NOTHING_YET = {
  reference: null,
  providerId: null,
  status: 'pending',
  refundedNanos: 0n,
  disputeStatus: null,
  failureCode: null,
  creations: 1,
  tries: 0,
  succeededAt: null,
} as const;

/** A payment of what is due of an invoice; nobody was asked for it yet. */
export function payInvoiceWith(invoice: Invoice, testMode: boolean, now: Date): Payment {
  const { id: invoiceId, tenantId, currency } = invoice;
  const times = { createdAt: now, checkedAt: now };
  return {
    ...NOTHING_YET,
    id: newId(now),
    tenantId,
    invoiceId,
    accountId: null,
    amountNanos: dueNanos(invoice),
    currency,
    testMode,
    ...times,
  };
}

/** A payment of one of the tenant's own customers to the tenant's account. */
export function payTenantWith(
  tenantId: string,
  {
    reference,
    accountId,
    amountNanos,
    currency,
  }: Pick<Payment, 'reference' | 'accountId' | 'amountNanos' | 'currency'>,
  testMode: boolean,
  now: Date,
): Payment {
  const what = { reference, accountId, amountNanos, currency };
  return {
    ...NOTHING_YET,
    ...what,
    id: newId(now),
    tenantId,
    invoiceId: null,
    testMode,
    createdAt: now,
    checkedAt: now,
  };
}

/** Whether it may still succeed. */
export function isUnderway({ status }: Pick<Payment, 'status'>): boolean {
  return status !== 'succeeded' && status !== 'canceled';
}

/** Under what it is made at the provider once. */
export function creationKey({ id, creations }: Payment): string {
  return `tenantry-payment-${id}-${creations}`;
}

/** Under what it is tried: another each time, since a decline is repeated under its key. */
export function confirmationKey({ id, tries }: Payment): string {
  return `tenantry-confirm-${id}-${tries}`;
}

/** What has become of a payment. */
export type Became = Pick<ProviderPayment, 'status' | 'refundedNanos' | 'disputeStatus' | 'failureCode'>;

/** A payment that the provider never heard of is given up. */
export const GIVEN_UP: Became = { status: 'canceled', refundedNanos: 0n, disputeStatus: null, failureCode: null };

/**
 * What a payment is after the provider was asked. What has succeeded stays so, and what was refunded is never less than before: whoever asked
 * the provider earlier may come here later.
 */
export function follow(payment: Payment, found: Became, now: Date): Payment {
  const status = isUnderway(payment) ? found.status : payment.status;
  const { refundedNanos, disputeStatus, failureCode } = found;
  return {
    ...payment,
    status,
    refundedNanos: refundedNanos > payment.refundedNanos ? refundedNanos : payment.refundedNanos,
    disputeStatus: disputeStatus ?? payment.disputeStatus,
    failureCode: status === 'succeeded' ? null : failureCode,
    succeededAt: status === 'succeeded' ? (payment.succeededAt ?? now) : null,
    checkedAt: now,
  };
}

/** Whether anybody would see a difference. */
export function isChanged(before: Payment, after: Payment): boolean {
  const shown = ['status', 'refundedNanos', 'disputeStatus', 'failureCode'] as const;
  return shown.some((name) => before[name] !== after[name]);
}
