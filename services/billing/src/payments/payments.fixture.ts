import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { receiveStripeEvent, setUpPaymentMethod, type Invoice, type StripeEventReceipt } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID, type Clock } from '@tenantry/kernel';
import { LOCAL_API_KEY, StripeLocal } from '@tenantry/stripe-local';
import { testContext, type Tenants, type TestTenant } from '@tenantry/testing';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { open, sell } from '../invoices/invoices.fixture.js';

export const WEBHOOK_SECRET = 'whsec_of_the_tests';

/** Billing on a real Postgres with what stands in for Stripe on the other end; its faults and knobs are the test's. */
export function paymentsOnRealPostgres(options: { readonly clock?: Clock } = {}): {
  t: Tenants;
  local: () => StripeLocal;
} {
  let local: StripeLocal;
  beforeAll(async () => {
    local = await StripeLocal.start();
  });
  const environment = () => ({
    STRIPE_API_KEY: LOCAL_API_KEY,
    STRIPE_API_URL: local.url,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  const t = billingOnRealPostgres({ ...options, environment });
  afterAll(() => local.close());
  return { t, local: () => local };
}

/** Presses a button on a page of the stand-in, as its owner would. */
export async function press(url: string, choice: string): Promise<string | null> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' });
  return answer.headers.get('location');
}

/** Sets up a card on the checkout page. */
export async function addCard(tenant: TestTenant, card = 'pm_card_visa'): Promise<void> {
  const setup = await tenant.call(setUpPaymentMethod, { mode: 'checkout', successUrl: 'https://app.example.com/ok' });
  await press(setup.url!, card);
}

const DAY_MS = 86_400_000;
let nextDay = Date.UTC(2040, 0, 1);

/** An open invoice over 10.00 USD, of a day that no other has. */
export async function owe(t: Tenants, tenant: TestTenant): Promise<Invoice> {
  await sell(t, tenant.id, { price: '310.00' });
  for (;;) {
    const from = new Date(nextDay);
    nextDay += DAY_MS;
    const days = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 0)).getUTCDate();
    const day = (at: Date): string => at.toISOString().slice(0, 10);
    if (days === 31) return open(t, tenant.id, day(from), day(new Date(from.getTime() + DAY_MS)));
  }
}

/** Takes the stand-in's deliveries to billing, as the gateway would. Answers what stops it. */
export async function deliverEvents({ bus }: Tenants, local: StripeLocal): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const signature = String(request.headers['stripe-signature']);
      const taken = receive(bus, Buffer.concat(chunks), signature);
      response
        .writeHead(
          await taken.then(
            () => 200,
            () => 500,
          ),
        )
        .end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  local.webhooks = [{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret: WEBHOOK_SECRET }];
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** An event as anybody may send it. */
export function receive(bus: Tenants['bus'], body: Uint8Array, signature: string): Promise<StripeEventReceipt> {
  const anonymous = testContext(PLATFORM_TENANT_ID, {
    actor: { kind: 'anonymous', id: 'anonymous', role: null },
    permissions: [],
    credentialId: null,
  });
  return bus.call(receiveStripeEvent, { body, signature }, anonymous);
}
