import { join } from 'node:path';
import type { Environment } from '@tenantry/service';
import { rememberPassword, rememberPort } from '../state/remembered.js';
import type { StateDir } from '../state/state-dir.js';
import type { InstanceOptions } from './start-instance.js';

/**
 * Without an API key of Stripe's, starts what stands in for it and answers what the services must be told about it. Loaded only when
 * it is needed: the production image does not have it.
 */
export async function startOwnStripe(
  { services, settings, environment, progress, stop }: InstanceOptions,
  state: StateDir,
  started: AsyncDisposableStack,
): Promise<Environment> {
  const hasKey = Boolean(environment.STRIPE_API_KEY ?? environment.STRIPE_API_KEY_FILE);
  if (hasKey || !services.some(({ name }) => name === 'billing')) return {};
  stop.signal.throwIfAborted();
  return progress.step('Stripe', async () => {
    const { LOCAL_API_KEY, StripeLocal } = await import('@tenantry/stripe-local');
    const secret = `whsec_${rememberPassword(join(state.secrets, 'stripe.webhook'))}`;
    const port = await rememberPort(join(state.secrets, 'stripe.port'));
    const webhooks = [{ url: `http://127.0.0.1:${settings.PORT}/v1/webhooks/stripe`, secret }];
    const local = await StripeLocal.start({ port, file: join(state.root, 'stripe-local.jsonl'), webhooks });
    started.defer(() => local.close());
    const told = {
      STRIPE_API_KEY: LOCAL_API_KEY,
      STRIPE_API_URL: local.url,
      STRIPE_WEBHOOK_SECRET: secret,
      INVOICE_TEST_MODE: 'true',
    };
    return [told, `stand-in at ${local.url}; no money moves`];
  });
}
