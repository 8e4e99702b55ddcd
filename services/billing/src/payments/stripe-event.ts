import { formatNanos, newId } from '@tenantry/kernel';
import type { ProviderEvent } from './payment-provider.js';
import type { Settled } from './settlement.js';

export type EventStatus = 'received' | 'applied' | 'ignored' | 'failed';

/** One field that an event changed. */
export interface Effect {
  readonly paymentId: string;
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** An event that was kept. */
export interface StripeEvent {
  readonly id: string;
  readonly stripeId: string;
  readonly type: string;
  readonly accountId: string | null;
  /** The provider's id of the payment that it is about. */
  readonly paymentId: string | null;
  readonly tenantId: string | null;
  readonly status: EventStatus;
  readonly deliveries: number;
  readonly attempts: number;
  readonly happenedAt: Date;
  readonly receivedAt: Date;
  readonly nextAt: Date | null;
  readonly handledAt: Date | null;
  readonly failure: string | null;
  readonly effects: readonly Effect[];
}

const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 3_600_000;
/** How many effects are kept of an event that is applied again and again. */
const MAX_EFFECTS = 100;

/** An event at its arrival. */
export function keepEvent(event: ProviderEvent, now: Date): StripeEvent {
  const { stripeId, type, accountId, paymentId, happenedAt } = event;
  const nothing = { tenantId: null, handledAt: null, failure: null, effects: [], deliveries: 1, attempts: 0 };
  return {
    ...nothing,
    id: newId(now),
    stripeId,
    type,
    accountId,
    paymentId,
    happenedAt,
    receivedAt: now,
    status: 'received',
    nextAt: now,
  };
}

/** An event after it was applied. */
export function applied(event: StripeEvent, tenantId: string, effects: readonly Effect[], now: Date): StripeEvent {
  const all = [...event.effects, ...effects].slice(-MAX_EFFECTS);
  return { ...handled(event, 'applied', now), tenantId, effects: all };
}

/** An event that names nothing of ours. */
export function ignored(event: StripeEvent, now: Date): StripeEvent {
  return handled(event, 'ignored', now);
}

function handled(event: StripeEvent, status: EventStatus, now: Date): StripeEvent {
  return { ...event, status, attempts: event.attempts + 1, handledAt: now, nextAt: null, failure: null };
}

/** An event that could not be applied: it is tried again, each time twice as late, at most hourly. */
export function failed(event: StripeEvent, failure: string, now: Date): StripeEvent {
  const attempts = event.attempts + 1;
  const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS);
  return { ...event, status: 'failed', attempts, failure, nextAt: new Date(now.getTime() + pauseMs) };
}

/** What settling a payment changed, field by field. */
export function effectsOf({ before, after }: Settled): Effect[] {
  const of = (payment: Settled['after']): Record<string, string | null> => ({
    status: payment.status,
    refunded: formatNanos(payment.refundedNanos),
    disputeStatus: payment.disputeStatus,
    failureCode: payment.failureCode,
  });
  const [old, now] = [of(before), of(after)];
  return Object.keys(now)
    .filter((field) => old[field] !== now[field])
    .map((field) => ({ paymentId: after.id, field, before: old[field]!, after: now[field]! }));
}
