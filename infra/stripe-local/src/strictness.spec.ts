import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stripe } from 'stripe';
import { LOCAL_API_KEY, StripeLocal } from './server.js';
import { realClient, stripeLocal } from './stripe-local.fixture.js';

describe('The stand-in is as strict as the real one', () => {
  const t = stripeLocal();
  const raw = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${t.local.url}${path}`, { headers: { authorization: `Bearer ${LOCAL_API_KEY}` }, ...init });

  it('answers a route that nobody calls as the real one answers one that does not exist', async () => {
    const answer = await raw('/v1/subscriptions');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    await expect(t.stripe.subscriptions.list()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('refuses unknown, missing and malformed parameters, and names them', async () => {
    const unknown = t.stripe.customers.create({ nickname: 'x' } as Stripe.CustomerCreateParams);
    await expect(unknown).rejects.toMatchObject({ code: 'parameter_unknown', param: 'nickname' });
    const missing = t.stripe.paymentIntents.create({ amount: 5 } as Stripe.PaymentIntentCreateParams);
    await expect(missing).rejects.toMatchObject({ code: 'parameter_missing', param: 'currency' });
    const nested = t.stripe.customers.create({ invoice_settings: { footer: 'x' } });
    await expect(nested).rejects.toMatchObject({ param: 'invoice_settings[footer]' });
    const number = t.stripe.paymentIntents.create({ amount: 1.5, currency: 'usd' });
    await expect(number).rejects.toMatchObject({ code: 'parameter_invalid_integer', param: 'amount' });
  });

  it('takes its own test key alone', async () => {
    for (const authorization of ['', 'Bearer sk_test_other', 'Bearer sk_live_4242']) {
      expect((await raw('/v1/customers', { headers: { authorization } })).status).toBe(401);
    }
  });

  it('answers a repeated key as the first time, without doing it again', async () => {
    const once = await t.stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'k-1' });
    const again = await t.stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'k-1' });
    expect(again.id).toBe(once.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    const other = t.stripe.customers.create({ name: 'Other' }, { idempotencyKey: 'k-1' });
    await expect(other).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });

  it.each([
    ['server-error', 500],
    ['lock-timeout', 429],
  ] as const)('goes on answering a key with its saved %s, and a fresh key works', async (kind, statusCode) => {
    t.local.faults.next('POST /v1/customers', kind);
    const first = t.stripe.customers.create({ name: kind }, { idempotencyKey: kind });
    await expect(first).rejects.toMatchObject({ statusCode });
    const again = t.stripe.customers.create({ name: kind }, { idempotencyKey: kind });
    await expect(again).rejects.toMatchObject({ statusCode });
    expect((await t.stripe.customers.create({ name: kind }, { idempotencyKey: `${kind}-2` })).name).toBe(kind);
    expect(t.local.all<Stripe.Customer>('customer').filter(({ name }) => name === kind)).toHaveLength(1);
  });

  it('does not keep the answer to parameters that were wrong', async () => {
    const wrong = t.stripe.paymentIntents.create({ amount: 0, currency: 'usd' }, { idempotencyKey: 'k-2' });
    await expect(wrong).rejects.toMatchObject({ param: 'amount' });
    expect(
      (await t.stripe.paymentIntents.create({ amount: 5, currency: 'usd' }, { idempotencyKey: 'k-2' })).amount,
    ).toBe(5);
  });

  it('can lose its answer after having done what was asked, and gives it to who asks again', async () => {
    t.local.faults.next('POST /v1/customers', 'cut-after');
    const before = t.local.requests.length;
    const found = await t.stripe.customers.create({ name: 'Lost' }, { idempotencyKey: 'k-3' }); // asks again by itself
    expect(t.local.requests.slice(before)).toHaveLength(2);
    const lost = t.local.all<Stripe.Customer>('customer').filter(({ name }) => name === 'Lost');
    expect(lost).toEqual([expect.objectContaining({ id: found.id })]);
  });

  it('gives lists in pages without gaps, the newest first', async () => {
    const made: string[] = [];
    for (const name of ['1', '2', '3', '4', '5'])
      made.unshift((await t.stripe.customers.create({ name, email: 'p@example.com' })).id);
    const seen: string[] = [];
    for await (const { id } of t.stripe.customers.list({ email: 'p@example.com', limit: 2 })) seen.push(id);
    expect(seen).toEqual(made);
  });

  it('remembers across starts what it has a file for', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'stripe-local-')), 'objects.jsonl');
    const first = await StripeLocal.start({ file });
    const { id } = await realClient(first).customers.create({ name: 'Kept' });
    await realClient(first).customers.update(id, { name: 'Renamed' });
    await first.close();
    const second = await StripeLocal.start({ file });
    expect(await realClient(second).customers.retrieve(id)).toMatchObject({ name: 'Renamed' });
    await second.close();
  });
});
