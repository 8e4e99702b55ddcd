import { Stripe } from 'stripe';
import { LOCAL_API_KEY, StripeLocal } from './server.js';

/** The real client, talking to the stand-in. It retries nothing by itself, so that a test sees each answer. */
export function realClient(local: StripeLocal, more: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname: host, port } = new URL(local.url);
  return new Stripe(LOCAL_API_KEY, { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...more });
}

/** A stand-in for the suite that calls this. */
export function stripeLocal(): { local: StripeLocal; stripe: Stripe } {
  const suite = {} as { local: StripeLocal; stripe: Stripe };
  beforeAll(async () => {
    suite.local = await StripeLocal.start();
    suite.stripe = realClient(suite.local);
  });
  afterAll(() => suite.local.close());
  return suite;
}
