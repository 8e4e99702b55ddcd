import {
  collectInvoice,
  collectTenantInvoice,
  creditInvoice,
  getInvoice,
  getPayment,
  getSubscription,
  listPaymentMethods,
  listPayments,
  voidInvoice,
  type Invoice,
  type Payment,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import type { Stripe } from 'stripe';
import { staff } from '../billing.fixture.js';
import { draft, SetClock } from '../invoices/invoices.fixture.js';
import { Collection } from './collection.js';
import { addCard, owe, paymentsOnRealPostgres, press } from './payments.fixture.js';

const CONFIRM = 'POST /v1/payment_intents/:id/confirm';

describe('Collecting an invoice', () => {
  const clock = new SetClock();
  const { t, local } = paymentsOnRealPostgres({ clock });
  beforeEach(() => {
    clock.at = new Date();
  });
  const returnUrl = 'https://app.example.com/paid';
  const collect = ({ id: invoiceId }: Invoice, tenant = t.a): Promise<Payment> =>
    t.bus.call(collectTenantInvoice, { tenantId: tenant.id, invoiceId }, staff());
  const pay = ({ id: invoiceId }: Invoice, paymentMethodId?: string): Promise<Payment> =>
    t.a.call(collectInvoice, { invoiceId, returnUrl, paymentMethodId });
  const read = ({ id: invoiceId }: Invoice, tenant: TestTenant = t.a): Promise<Invoice> =>
    tenant.call(getInvoice, { invoiceId });
  const settleLater = async (): Promise<void> => {
    clock.at = new Date(Date.now() + 120_000);
    await t.bus.runSchedule('billing.settle-payments');
    clock.at = new Date();
  };
  /** What the provider really took for an invoice. */
  const charges = async (): Promise<number[]> => {
    const payments = await t.database.admin<{ provider_id: string }>(
      'select provider_id from billing.payment where tenant_id = $1',
      [t.a.id],
    );
    const ids = payments.map(({ provider_id: id }) => id);
    const all = local().all<Stripe.Charge>('charge');
    return all.filter(({ payment_intent: of, paid }) => paid && ids.includes(of as string)).map(({ amount }) => amount);
  };

  it('takes what is due by the default card while nobody is there, and the invoice is paid in the same commit', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    const payment = await collect(invoice);
    expect(payment).toMatchObject({
      status: 'succeeded',
      amount: '10.00',
      currency: 'USD',
      invoiceId: invoice.id,
      testMode: true,
    });
    expect(await read(invoice)).toMatchObject({ status: 'paid', due: '0.00' });
    expect(await charges()).toEqual([1_000]);
    const events = (await t.outbox()).slice(-2);
    expect(events).toMatchObject([
      { type: 'PaymentChanged', tenantId: t.a.id, status: 'succeeded', amount: '10.00' },
      { type: 'InvoicePaid', tenantId: t.a.id, invoiceId: invoice.id },
    ]);
  });

  it('gives back, in that commit, what was taken from whoever did not pay before', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    await t.database.admin(`insert into billing.dunning values ($1, 5, '2026-01-01', now())`, [t.a.id]);
    await t.database.admin('update billing.subscription set restricted_since = now() where tenant_id = $1', [t.a.id]);
    await collect(invoice);
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'DunningEased', tenantId: t.a.id, step: 'none' });
    expect(await t.a.call(getSubscription, {})).toMatchObject({ restrictedSince: null });
  });

  it('is over what credit notes left of it; a payment over more is taken back first', async () => {
    await addCard(t.a, 'pm_card_chargeCustomerFail');
    const invoice = await owe(t, t.a);
    const declined = await collect(invoice);
    await t.bus.call(
      creditInvoice,
      { tenantId: t.a.id, invoiceId: invoice.id, amount: '4.00', reason: 'late' },
      staff(),
    );
    await addCard(t.a);
    expect(await collect(invoice)).toMatchObject({ status: 'succeeded', amount: '6.00' });
    expect(await t.a.call(getPayment, { paymentId: declined.id })).toMatchObject({
      status: 'canceled',
      amount: '10.00',
    });
    expect(await charges()).toEqual([600]);
  });

  it('says why a card was declined, and takes another with the same payment', async () => {
    await addCard(t.a, 'pm_card_chargeCustomerFail');
    const invoice = await owe(t, t.a);
    const declined = await collect(invoice);
    expect(declined).toMatchObject({ status: 'pending', failureCode: 'generic_decline' });
    expect(await read(invoice)).toMatchObject({ status: 'open' });
    await addCard(t.a);
    expect(await collect(invoice)).toMatchObject({ id: declined.id, status: 'succeeded', failureCode: null });
  });

  it('hands the payer over to their bank when it asks, and takes note of what they did there', async () => {
    await addCard(t.a, 'pm_card_authenticationRequired');
    const invoice = await owe(t, t.a);
    expect(await collect(invoice)).toMatchObject({ status: 'pending', failureCode: 'authentication_required' });
    const asked = await pay(invoice);
    expect(asked).toMatchObject({ status: 'action_required', actionUrl: expect.any(String) });
    expect(await press(asked.actionUrl!, 'authenticate')).toBe(returnUrl);
    await settleLater();
    expect(await read(invoice)).toMatchObject({ status: 'paid' });
    expect(await t.a.call(getPayment, { paymentId: asked.id })).toMatchObject({ status: 'succeeded', actionUrl: null });
  });

  it('takes an invoice once when many collect it at the same moment', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    const all = await Promise.allSettled([
      collect(invoice),
      pay(invoice),
      collect(invoice),
      pay(invoice),
      collect(invoice),
    ]);
    expect(all.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await charges()).toEqual([1_000]);
    expect(await read(invoice)).toMatchObject({ status: 'paid' });
    expect(await t.a.count('billing.payment')).toBe(1);
  });

  it.each(['cut-before', 'cut-after', 'server-error', 'lock-timeout'] as const)(
    'takes an invoice once when making the payment ends in %s',
    async (kind) => {
      await addCard(t.a);
      const invoice = await owe(t, t.a);
      local().faults.next('POST /v1/payment_intents', kind);
      await expect(collect(invoice)).rejects.toBeFault('unavailable');
      expect(await collect(invoice)).toMatchObject({ status: 'succeeded' });
      expect(await charges()).toEqual([1_000]);
      expect(await t.a.count('billing.payment')).toBe(1);
    },
  );

  it.each(['cut-before', 'cut-after', 'server-error', 'lock-timeout'] as const)(
    'takes an invoice once when taking the money ends in %s',
    async (kind) => {
      await addCard(t.a);
      const invoice = await owe(t, t.a);
      local().faults.next(CONFIRM, kind);
      await expect(collect(invoice)).rejects.toBeFault('unavailable');
      expect(await collect(invoice)).toMatchObject({ status: 'succeeded' });
      expect(await charges()).toEqual([1_000]);
      expect(await read(invoice)).toMatchObject({ status: 'paid' });
    },
  );

  it('finds out by itself what became of a payment whose answer was lost', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    local().faults.next(CONFIRM, 'cut-after');
    await expect(collect(invoice)).rejects.toBeFault('unavailable');
    expect(await read(invoice)).toMatchObject({ status: 'open' });
    await settleLater();
    expect(await read(invoice)).toMatchObject({ status: 'paid' });
  });

  it('gives back what was taken for not paying, in the commit that pays', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    clock.at = new Date(Date.now() + 60 * 86_400_000);
    await t.bus.runSchedule('billing.dunning');
    expect((await t.outbox()).map(({ type }) => type)).toContain('DunningStepReached');
    const how = { methodId: null, isOffSession: true, returnUrl: null };
    await t.bus.get(Collection).collect(null, { tenantId: t.a.id, invoiceId: invoice.id, ...how });
    const types = (await t.outbox()).slice(-3).map(({ type }) => type);
    expect(types).toEqual(['PaymentChanged', 'InvoicePaid', 'DunningEased']);
  });

  it('refuses what is not to be paid, and a tenant without anything to pay with', async () => {
    const invoice = await owe(t, t.a);
    await expect(collect(invoice)).rejects.toBeFault('payment-method-missing');
    await t.bus.call(voidInvoice, { tenantId: t.a.id, invoiceId: invoice.id }, staff());
    await addCard(t.a);
    await expect(collect(invoice)).rejects.toBeFault('conflict');
    expect(await charges()).toEqual([]);
  });

  it('keeps tenants apart: another’s invoice, payment, draft or card is as unknown as a random one', async () => {
    await addCard(t.a);
    await addCard(t.b);
    const invoice = await owe(t, t.a);
    const { data } = await t.a.call(listPaymentMethods, {});
    const ofB = await owe(t, t.b);
    const { id: draftId } = await draft(t, t.b.id, '2039-01-01', '2039-01-02');
    for (const invoiceId of [invoice.id, draftId, newId()])
      await expect(t.b.call(collectInvoice, { invoiceId, returnUrl })).rejects.toBeFault('not-found');
    for (const paymentMethodId of [data[0]!.id, 'pm_nobodys'])
      await expect(t.b.call(collectInvoice, { invoiceId: ofB.id, paymentMethodId, returnUrl })).rejects.toBeFault(
        'not-found',
      );
    await expect(collect(invoice, t.b)).rejects.toBeFault('not-found');
    const { id: paymentId } = await collect(invoice);
    await expect(t.b.call(getPayment, { paymentId })).rejects.toBeFault('not-found');
    expect((await t.b.call(listPayments, {})).data).toEqual([]);
    expect((await t.a.call(listPayments, { limit: 1 })).data.map(({ id }) => id)).toEqual([paymentId]);
  });
});
