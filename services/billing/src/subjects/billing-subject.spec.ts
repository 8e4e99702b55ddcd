import {
  collectBillingSubject,
  eraseBillingSubject,
  getBillingProfile,
  planBillingSubject,
  setBillingContact,
} from '@tenantry/contracts';
import { testContext, type TestTenant } from '@tenantry/testing';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';

const contact = { name: 'Ada Ltd', address: '1 Loop', email: 'Pay@Example.com' };
const email = 'pay@example.com';

describe('What billing has of a person', () => {
  const t = billingOnRealPostgres();
  const plan = async (tenant: TestTenant, who: object) => {
    const { places } = await tenant.call(planBillingSubject, who);
    return Object.fromEntries(places.map(({ place, rows, action }) => [place, `${action} ${rows}`]));
  };
  const collect = async (tenant: TestTenant, place: string, who: object): Promise<object[]> => {
    const { body } = await t.bus.send(collectBillingSubject, JSON.stringify({ ...who, place }), testContext(tenant.id));
    const text = Buffer.concat(await Array.fromAsync(body!)).toString();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { row: object }).row);
  };
  const use = async (tenant: TestTenant): Promise<void> => {
    const { key: meter } = await meterOf(tenant, { key: 'songs', eventType: 'song' });
    const of = (id: string, userId: string) => usage(id, { meter, userId, value: 1 });
    await record(tenant, of('one', 'customer-5'), of('two', 'customer-6'));
  };

  it('is whom invoices go to, with what people still do at the payment provider, in their own tenant', async () => {
    await t.a.call(setBillingContact, contact);
    expect(await plan(t.a, { email })).toMatchObject({ 'billing.contact': 'delete 1' }); // nothing was ever paid
    expect(await plan(t.a, { email })).not.toHaveProperty('Stripe');
    expect(await plan(t.b, { email })).toMatchObject({ 'billing.contact': 'delete 0' });
    expect(await plan(t.b, { email })).not.toHaveProperty('Stripe');
    expect(await collect(t.a, 'billing.contact', { email })).toMatchObject([contact]);
    expect(await collect(t.b, 'billing.contact', { email })).toEqual([]);
  });

  it('goes, and nobody else’s', async () => {
    await t.a.call(setBillingContact, contact);
    await t.b.call(setBillingContact, contact);
    expect(await t.a.call(eraseBillingSubject, { email: 'other@example.com' })).toMatchObject({ rows: 0n });
    expect(await t.a.call(eraseBillingSubject, { email })).toMatchObject({ rows: 1n });
    expect((await t.a.call(getBillingProfile, {})).contact ?? null).toBeNull();
    expect((await t.b.call(getBillingProfile, {})).contact).toEqual(contact);
    expect(JSON.stringify(await t.outbox())).not.toContain(email);
  });

  it('shows usage that names them, and keeps it with the reason', async () => {
    await use(t.a);
    const { places } = await t.a.call(planBillingSubject, { userId: 'customer-5' });
    const usage = places.find(({ place }) => place === 'billing.usage_event');
    expect(usage).toMatchObject({ rows: 1n, action: 'keep', reason: expect.stringContaining('Art. 17(3)(b)') });
    expect(await collect(t.a, 'billing.usage_event', { userId: 'customer-5' })).toMatchObject([{ id: 'one' }]);
    expect(await plan(t.b, { userId: 'customer-5' })).toMatchObject({ 'billing.usage_event': 'keep 0' });
    await t.a.call(eraseBillingSubject, { userId: 'customer-5' });
    expect(await collect(t.a, 'billing.usage_event', { userId: 'customer-5' })).toHaveLength(1);
  });
});
