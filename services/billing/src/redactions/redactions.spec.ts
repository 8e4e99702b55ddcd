import {
  eraseBillingSubject,
  getPaymentAccount,
  listPaymentMethods,
  type PersonErased,
  planBillingSubject,
  setBillingContact,
} from '@tenantry/contracts';
import type { Stripe } from 'stripe';
import { activate } from '../billing.fixture.js';
import { addCard, paymentsOnRealPostgres } from '../payments/payments.fixture.js';

const contact = { name: 'Ada Ltd', address: '1 Loop', email: 'pay@example.com' };
const { email } = contact;
const COMPLIANCE = { kind: 'service', id: 'compliance', role: null } as const;

describe('What the payment provider has of whom invoices go to', () => {
  const { t, local } = paymentsOnRealPostgres();
  const makeCustomers = (): Promise<void> => t.bus.runSchedule('billing.make-customers');
  const customersOf = (tenantId: string): Stripe.Customer[] =>
    local()
      .all<Stripe.Customer>('customer')
      .filter(({ metadata }) => metadata.tenantry_id === tenantId);
  const customer = (id: string): Stripe.Customer | undefined =>
    local()
      .all<Stripe.Customer>('customer')
      .find((one) => one.id === id);
  const erase = (tenant = t.a): Promise<PersonErased> =>
    tenant.call(eraseBillingSubject, { email }, { actor: COMPLIANCE }, { idempotencyKey: 'the erasure' });
  const providerOf = async (): Promise<string | undefined> =>
    (await t.a.call(planBillingSubject, { email })).places.find(({ place }) => place === 'Stripe')?.action;
  const jobs = (): number => local().requests.filter((one) => one === 'POST /v1/privacy/redaction_jobs').length;
  let before: Stripe.Customer;

  beforeEach(async () => {
    for (const tenant of [t.a, t.b]) {
      await activate(t, tenant.id);
      await makeCustomers();
      await tenant.call(setBillingContact, contact);
      await addCard(tenant);
    }
    before = customersOf(t.a.id)[0]!;
  });

  it('is redacted with an erasure, of that tenant alone, which pays by another customer from then on', async () => {
    const ofB = customersOf(t.b.id);
    expect(await providerOf()).toBe('delete');
    const { places } = await erase();
    expect(places).toContainEqual(expect.objectContaining({ place: 'Stripe', action: 'delete', rows: 1n }));
    expect(customer(before.id)).toMatchObject({ name: null, email: null, metadata: {} });
    expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ ready: false });
    await makeCustomers();
    expect(customersOf(t.a.id).map(({ id }) => id)).not.toContain(before.id);
    expect((await t.a.call(listPaymentMethods, {})).data).toEqual([]);
    expect(customersOf(t.b.id)).toEqual(ofB);
    expect((await t.b.call(listPaymentMethods, {})).data).toHaveLength(1);
  });

  it('is not touched for somebody whom invoices do not go to', async () => {
    expect(await t.a.call(eraseBillingSubject, { email: 'other@example.com' })).toMatchObject({ rows: 0n });
    expect(customer(before.id)).toEqual(before);
  });

  it.each(['cut-after', 'cut-before', 'server-error', 'lock-timeout'] as const)(
    'is redacted once when the answer is a %s: who asks again goes on',
    async (fault) => {
      const asked = jobs();
      local().faults.next('POST /v1/privacy/redaction_jobs', fault);
      await expect(erase()).rejects.toBeFault('unavailable');
      expect((await t.a.call(planBillingSubject, { email })).places).toContainEqual(
        expect.objectContaining({ place: 'billing.contact', rows: 1n }),
      );
      const done = await erase();
      expect(await erase()).toEqual(done);
      expect(jobs()).toBe(asked + 2);
      expect(customer(before.id)?.name).toBeNull();
      expect(await t.database.count('billing.redaction', t.a.id)).toBe(1);
    },
  );

  it('goes on after a crash at any later step, and runs the job once', async () => {
    for (const route of ['GET /v1/privacy/redaction_jobs/:id', 'POST /v1/privacy/redaction_jobs/:id/run']) {
      local().faults.next(route, 'cut-before');
      await expect(erase()).rejects.toBeFault('unavailable');
    }
    await erase();
    expect(customer(before.id)?.name).toBeNull();
    expect(await t.database.count('billing.redaction', t.a.id)).toBe(1);
  });

  it('is left to people when the provider refuses', async () => {
    Object.assign(customer(before.id)!, { description: 'undeletable' });
    const { places } = await erase();
    expect(places).toContainEqual(expect.objectContaining({ place: 'Stripe', action: 'manual' }));
    expect(places).toContainEqual(expect.objectContaining({ place: 'billing.contact', rows: 1n }));
  });
});
