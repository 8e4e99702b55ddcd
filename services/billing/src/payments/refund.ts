import { Fault, newId } from '@tenantry/kernel';
import type { Payment } from './payment.js';

/** Money on its way back. */
export interface Refund {
  readonly id: string;
  readonly tenantId: string;
  readonly paymentId: string;
  readonly amountNanos: bigint;
  readonly status: 'pending' | 'succeeded' | 'failed';
  /** Keys under which it was asked for. */
  readonly creations: number;
  readonly createdAt: Date;
}

/**
 * A refund of what is left of a payment.
 * @throws Fault `conflict` when the payment took no money, or something else was given back meanwhile; `invalid-input` when it is too much
 */
export function refundOf(payment: Payment, amountNanos: bigint, refundedBeforeNanos: bigint, now: Date): Refund {
  const { tenantId, id: paymentId, status } = payment;
  if (status !== 'succeeded')
    throw new Fault('conflict', { detail: `Only a payment that succeeded is given back; this one is ${status}` });
  if (payment.refundedNanos !== refundedBeforeNanos)
    throw new Fault('conflict', {
      field: 'refundedBefore',
      detail: 'Something else was given back of this payment; read it again',
    });
  if (amountNanos > payment.amountNanos - payment.refundedNanos)
    throw new Fault('invalid-input', { field: 'amount', detail: 'amount is more than what is left of the payment' });
  return { id: newId(now), tenantId, paymentId, amountNanos, status: 'pending', creations: 1, createdAt: now };
}

/** Under what it is made at the provider once. */
export function refundKey({ id, creations }: Refund): string {
  return `tenantry-refund-${id}-${creations}`;
}
