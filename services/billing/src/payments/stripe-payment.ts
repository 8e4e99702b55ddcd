import type { Stripe } from 'stripe';
import type { DisputeStatus, PaymentStatus, ProviderMethod, ProviderPayment } from './payment-provider.js';
import { fromStripeAmount } from './stripe-money.js';

const STATUS: Readonly<Record<string, PaymentStatus>> = {
  requires_payment_method: 'pending',
  requires_confirmation: 'pending',
  requires_action: 'action_required',
  requires_capture: 'processing',
  processing: 'processing',
  succeeded: 'succeeded',
  canceled: 'canceled',
};

const DISPUTE: Readonly<Record<string, DisputeStatus>> = {
  warning_needs_response: 'needs_response',
  needs_response: 'needs_response',
  warning_under_review: 'under_review',
  under_review: 'under_review',
  warning_closed: 'won',
  prevented: 'won',
  won: 'won',
  lost: 'lost',
};

/** A PaymentIntent, with its latest charge and the newest dispute of it, in our words. */
export function providerPayment(intent: Stripe.PaymentIntent, dispute?: Stripe.Dispute): ProviderPayment {
  const { id, status, amount, currency, next_action: action } = intent;
  return {
    id,
    status: STATUS[status] ?? 'processing',
    amountNanos: fromStripeAmount(amount, currency),
    refundedNanos: fromStripeAmount(chargeOf(intent)?.amount_refunded ?? 0, currency),
    disputeStatus: dispute ? (DISPUTE[dispute.status] ?? 'under_review') : null,
    failureCode: failureOf(intent),
    actionUrl: action?.redirect_to_url?.url ?? null,
  };
}

/** Whether a payment was disputed, as its latest charge says. */
export function isDisputed(intent: Stripe.PaymentIntent): boolean {
  return chargeOf(intent)?.disputed ?? false;
}

function chargeOf({ latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge | null {
  return typeof charge === 'object' ? charge : null;
}

/** Why it was declined, in the bank's words where there are some. */
function failureOf({ status, last_payment_error: error }: Stripe.PaymentIntent): string | null {
  return status === 'succeeded' || !error ? null : (error.decline_code ?? error.code ?? null);
}

/** A PaymentMethod in our words. */
export function providerMethod({ id, customer, type, card }: Stripe.PaymentMethod): ProviderMethod {
  return {
    id,
    customerId: typeof customer === 'string' ? customer : (customer?.id ?? null),
    type,
    brand: card?.brand ?? null,
    last4: card?.last4 ?? null,
    expires: card ? `${card.exp_year}-${String(card.exp_month).padStart(2, '0')}` : null,
  };
}
