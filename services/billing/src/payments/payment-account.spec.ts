import {
  chooseDefaultPaymentMethod,
  getPaymentAccount,
  listPaymentMethods,
  openBillingPortal,
  removePaymentMethod,
  setUpPaymentMethod,
  type PaymentMethod,
} from '@tenantry/contracts';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import type { Stripe } from 'stripe';
import { activate, billingOnRealPostgres } from '../billing.fixture.js';
import { addCard, paymentsOnRealPostgres, press } from './payments.fixture.js';

describe('A payment account', () => {
  const { t, local } = paymentsOnRealPostgres();
  const customersOf = (tenant: TestTenant): Stripe.Customer[] =>
    local()
      .all<Stripe.Customer>('customer')
      .filter(({ metadata }) => metadata.tenantry_id === tenant.id);
  const makeCustomers = (): Promise<void> => t.bus.runSchedule('billing.make-customers');
  const methods = async (tenant: TestTenant): Promise<PaymentMethod[]> =>
    (await tenant.call(listPaymentMethods, {})).data;

  it('is made at the provider for every new tenant, once, and announced in its trail', async () => {
    await activate(t, t.a.id);
    expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ ready: false, testMode: true });
    await makeCustomers();
    await makeCustomers();
    expect(customersOf(t.a)).toHaveLength(1);
    expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ ready: true, testMode: true });
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'PaymentAccountReady', tenantId: t.a.id, testMode: true });
    expect(await t.b.call(getPaymentAccount, {})).toMatchObject({ ready: false });
  });

  it('is not made for a sandbox', async () => {
    t.bus.announce(t.a.id, { sandboxOf: t.b.id });
    await activate(t, t.a.id);
    await makeCustomers();
    expect(customersOf(t.a)).toHaveLength(0);
  });

  it.each(['server-error', 'lock-timeout'] as const)(
    'survives a saved %s: the next try has a fresh key',
    async (kind) => {
      await activate(t, t.a.id);
      local().faults.next('POST /v1/customers', kind);
      await makeCustomers();
      expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ ready: false });
      await makeCustomers();
      expect(customersOf(t.a)).toHaveLength(1);
    },
  );

  it('finds the customer again when its answer was lost, and one failing tenant keeps no other', async () => {
    await activate(t, t.a.id);
    await activate(t, t.b.id);
    local().faults.next('POST /v1/customers', 'cut-after');
    await makeCustomers();
    expect(await t.b.call(getPaymentAccount, {})).toMatchObject({ ready: true });
    await makeCustomers();
    expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ ready: true });
    expect([customersOf(t.a).length, customersOf(t.b).length]).toEqual([1, 1]);
  });

  it('has one customer when many ask at the same moment', async () => {
    const asked = Array.from({ length: 5 }, () => t.a.call(openBillingPortal, {}));
    await Promise.allSettled(asked);
    expect(customersOf(t.a)).toHaveLength(1);
  });

  it('keeps cards by the provider’s page; nothing but tokens and last digits comes here, and no other tenant sees them', async () => {
    await addCard(t.a);
    await addCard(t.a, 'pm_card_mastercard');
    expect(await methods(t.a)).toEqual([
      expect.objectContaining({ type: 'card', brand: 'mastercard', last4: '4444', isDefault: true }),
      expect.objectContaining({ brand: 'visa', last4: '4242', isDefault: false }),
    ]);
    expect(await methods(t.b)).toEqual([]);
  });

  it('lets a tenant choose and remove its own methods; another’s is as unknown as a random one', async () => {
    await addCard(t.a);
    await addCard(t.a, 'pm_card_mastercard');
    const [, visa] = await methods(t.a);
    const paymentMethodId = visa!.id;
    expect(await t.a.call(chooseDefaultPaymentMethod, { paymentMethodId })).toMatchObject({ isDefault: true });
    expect((await methods(t.a)).map(({ isDefault }) => isDefault)).toEqual([false, true]);
    for (const id of [paymentMethodId, 'pm_nobodys']) {
      await expect(t.b.call(chooseDefaultPaymentMethod, { paymentMethodId: id })).rejects.toBeFault('not-found');
      await expect(t.b.call(removePaymentMethod, { paymentMethodId: id })).rejects.toBeFault('not-found');
    }
    await t.a.call(removePaymentMethod, { paymentMethodId });
    expect((await methods(t.a)).map(({ brand }) => brand)).toEqual(['mastercard']);
  });

  it('opens the portal, on which a card can be added', async () => {
    const { url } = await t.a.call(openBillingPortal, { returnUrl: 'https://app.example.com/' });
    expect(await press(url, 'pm_card_visa')).toBe('https://app.example.com/');
    expect(await methods(t.a)).toHaveLength(1);
  });

  it('sets up a method in the caller’s own page with a secret of the provider’s, and wants to know where a page leads', async () => {
    expect(await t.a.call(setUpPaymentMethod, { mode: 'intent' })).toEqual({
      clientSecret: expect.stringMatching(/^seti_\w+_secret_/),
      url: null,
    });
    await expect(t.a.call(setUpPaymentMethod, { mode: 'checkout' })).rejects.toBeFault('invalid-input', {
      field: 'successUrl',
    });
  });

  it('writes no secret of the provider’s into the trail', async () => {
    await addCard(t.a);
    const trail = JSON.stringify(
      await t.database.admin('select payload from billing.outbox where tenant_id <> $1', [PLATFORM_TENANT_ID]),
    );
    expect(trail).not.toMatch(/_secret_|sk_test|4242424242424242/);
  });
});

describe('Without a key of the provider’s', () => {
  const t = billingOnRealPostgres();

  it('whatever needs it is refused clearly, and nothing waits for it', async () => {
    await activate(t, t.a.id);
    await t.bus.runSchedule('billing.make-customers');
    await expect(t.a.call(openBillingPortal, {})).rejects.toBeFault('payments-off');
    expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ ready: false });
    expect(await t.a.count('billing.payment_account')).toBe(0);
  });
});
