import { Stripe } from 'stripe';
import { ProviderFault, type Outcome } from './payment-provider.js';

/** What Stripe's error means for whoever asked. */
function outcomeOf(error: InstanceType<typeof Stripe.errors.StripeError>): Outcome {
  if (error.code === 'idempotency_key_in_use') return 'unknown'; // the same request is under way
  const { statusCode } = error;
  if (statusCode === undefined) return 'unknown';
  if (statusCode === 404) return 'missing';
  return statusCode === 429 || statusCode >= 500 ? 'kept' : 'refused';
}

/** Runs a request. @throws ProviderFault for whatever Stripe, or the way to it, fails with */
export async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw error instanceof Stripe.errors.StripeError ? new ProviderFault(outcomeOf(error), error) : error;
  }
}

/** As `ask`; undefined when Stripe does not know what was named. */
export async function askFor<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask(request);
  } catch (error) {
    if (error instanceof ProviderFault && error.outcome === 'missing') return undefined;
    throw error;
  }
}

/** Whether a request failed because the payment is not in a state for it any more, or the card was declined: the payment itself says more. */
export function isToldByPayment(error: unknown): boolean {
  const cause = error instanceof ProviderFault ? error.cause : error;
  if (cause instanceof Stripe.errors.StripeCardError) return true;
  return cause instanceof Stripe.errors.StripeError && cause.code === 'payment_intent_unexpected_state';
}
