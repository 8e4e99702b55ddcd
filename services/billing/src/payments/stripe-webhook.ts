import { Fault } from '@tenantry/kernel';
import { Stripe } from 'stripe';
import type { ProviderEvent } from './payment-provider.js';

const TOLERANCE_S = 300;

interface Named {
  readonly object?: string;
  readonly id?: string;
  readonly payment_intent?: unknown;
}

/**
 * Reads an event whose signature holds for one of the secrets and is at most 300 seconds old. https://docs.stripe.com/webhooks/signature
 * @throws Fault `signature-refused`
 */
export function readStripeEvent(
  body: Uint8Array,
  signature: string,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: Date },
): ProviderEvent {
  for (const secret of secrets) {
    const event = verified(Buffer.from(body), signature, secret, now);
    if (event) return providerEvent(event);
  }
  throw new Fault('signature-refused', {
    detail: 'The signature is wrong, or older than 300 seconds; check STRIPE_WEBHOOK_SECRET',
  });
}

function verified(body: Buffer, signature: string, secret: string, now: Date): Stripe.Event | undefined {
  try {
    return Stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE_S, undefined, now.getTime());
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return undefined;
    throw new Fault('malformed-request', { detail: 'The body is no event', cause: error });
  }
}

/** What of an event we look at: which payment it names, to ask what is true of it. */
function providerEvent({ id: stripeId, type, account, livemode, created, data }: Stripe.Event): ProviderEvent {
  const named = data.object as Named;
  const about = named.object === 'payment_intent' ? named.id : named.payment_intent;
  return {
    stripeId,
    type,
    accountId: account ?? null,
    paymentId: typeof about === 'string' ? about : null,
    isTest: !livemode,
    happenedAt: new Date(created * 1_000),
  };
}
