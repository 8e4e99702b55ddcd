import { readSecretFile, SettingsError, type OutboundHttp } from '@tenantry/service';
import { Stripe } from 'stripe';
import { STRIPE_KEY, type BillingSettings } from '../config.js';

const TIMEOUT_MS = 20_000;

/** The key of the provider's account, if there is one; an empty file has none. @throws SettingsError for what is no key */
export function stripeKey({ STRIPE_API_KEY, STRIPE_API_KEY_FILE: file }: BillingSettings): string | undefined {
  if (!file) return STRIPE_API_KEY;
  const key = readSecretFile('STRIPE_API_KEY_FILE', file).toString().trim();
  if (key === '') return undefined;
  if (STRIPE_KEY.test(key)) return key;
  throw new SettingsError('STRIPE_API_KEY_FILE: its content is no secret or restricted key of Stripe’s (sk_… or rk_…)');
}

/** The secrets that events are signed with. */
export function webhookSecrets({
  STRIPE_WEBHOOK_SECRET: given,
  STRIPE_WEBHOOK_SECRET_FILE: file,
}: BillingSettings): string[] {
  const text = file ? readSecretFile('STRIPE_WEBHOOK_SECRET_FILE', file).toString() : (given ?? '');
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

/**
 * The official client on the only way out. It repeats nothing by itself: under a key that has failed, Stripe would go on answering the
 * failure.
 */
export function stripeClient(key: string, url: string | undefined, outbound: OutboundHttp): Stripe {
  const place = url ? placeOf(url) : {};
  const httpClient = Stripe.createFetchHttpClient(fetchThrough(outbound) as typeof fetch);
  return new Stripe(key, {
    ...place,
    httpClient,
    maxNetworkRetries: 0,
    timeout: TIMEOUT_MS,
    telemetry: false,
    appInfo: { name: 'Tenantry' },
  });
}

function placeOf(url: string): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const { hostname: host, port } = new URL(url);
  return { host, port, protocol: 'http' };
}

/** `fetch` as the client uses it. */
function fetchThrough(outbound: OutboundHttp) {
  return async (url: string, { method, headers, body, signal }: RequestInit): Promise<Response> => {
    const answer = await outbound.request(url, {
      method: method as 'GET' | 'POST' | 'DELETE',
      headers: Object.fromEntries(new Headers(headers)),
      ...(body ? { body: body as string } : {}),
      ...(signal ? { signal } : {}),
      timeoutMs: TIMEOUT_MS,
      maxRedirects: 0,
    });
    const named = Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    return new Response(Buffer.from(answer.body), { status: answer.status, headers: named as [string, string][] });
  };
}
