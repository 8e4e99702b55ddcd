import {
  collectTenantInvoice,
  connectPaymentAccount,
  createPayment,
  getPayment,
  getPaymentAccount,
  refundPayment,
  refundTenantPayment,
  type CreatePaymentRequest,
  type Payment,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import type { Stripe } from 'stripe';
import { staff } from '../billing.fixture.js';
import { addCard, deliverEvents, owe, paymentsOnRealPostgres, press } from './payments.fixture.js';

const APP = 'https://app.example.com/';
const REFUND = 'POST /v1/refunds';

describe('Payments of a tenant’s own customers', () => {
  const { t, local } = paymentsOnRealPostgres();
  let stop: () => Promise<void>;
  beforeAll(async () => {
    stop = await deliverEvents(t, local());
  });
  afterAll(async () => {
    await local().delivered();
    await stop();
  });
  const link = async (tenant: TestTenant): Promise<string> =>
    (await tenant.call(connectPaymentAccount, { returnUrl: APP, refreshUrl: APP })).url;
  const connect = async (tenant: TestTenant): Promise<void> => void (await press(await link(tenant), 'complete'));
  const pay = (tenant: TestTenant, more: Partial<CreatePaymentRequest> = {}): Promise<Payment> =>
    tenant.call(createPayment, {
      reference: newId(),
      amount: '10.00',
      currency: 'USD',
      paymentMethodId: 'pm_card_visa',
      returnUrl: APP,
      ...more,
    });
  const accountsOf = (tenant: TestTenant): Stripe.Account[] =>
    local()
      .all<Stripe.Account>('account')
      .filter(({ metadata }) => metadata?.tenantry_id === tenant.id);
  const taken = (tenant: TestTenant): number[] =>
    accountsOf(tenant).flatMap(({ id }) =>
      local()
        .all<Stripe.Charge>('charge', id)
        .filter(({ paid }) => paid)
        .map(({ amount }) => amount),
    );

  it('go to the tenant’s own account and to no other', async () => {
    await connect(t.a);
    await connect(t.b);
    expect(await pay(t.a)).toMatchObject({
      status: 'succeeded',
      amount: '10.00',
      currency: 'USD',
      invoiceId: null,
      testMode: true,
    });
    expect([taken(t.a), taken(t.b)]).toEqual([[1_000], []]);
  });

  it('are refused in a currency that does not exist', async () => {
    await expect(pay(t.a, { currency: 'XXZ' })).rejects.toBeFault('invalid-input', { field: 'currency' });
  });

  it('wait until the account may take payments, and the tenant has one account however often it asks', async () => {
    await expect(pay(t.a)).rejects.toBeFault('conflict');
    await link(t.a);
    const url = await link(t.a);
    await expect(pay(t.a)).rejects.toBeFault('conflict');
    expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ canTakePayments: false });
    await press(url, 'complete');
    await local().delivered();
    expect(await t.a.call(getPaymentAccount, {})).toMatchObject({ canTakePayments: true });
    expect(accountsOf(t.a)).toHaveLength(1);
    expect(await t.b.call(getPaymentAccount, {})).toMatchObject({ canTakePayments: false });
  });

  it('are taken once under a reference, also when the answer is lost; another amount under it is refused', async () => {
    await connect(t.a);
    const reference = newId();
    local().faults.next('POST /v1/payment_intents/:id/confirm', 'cut-after');
    await expect(pay(t.a, { reference })).rejects.toBeFault('unavailable');
    const paid = await pay(t.a, { reference });
    expect(await pay(t.a, { reference })).toMatchObject({ id: paid.id, status: 'succeeded' });
    expect(taken(t.a)).toEqual([1_000]);
    await expect(pay(t.a, { reference, amount: '9.00' })).rejects.toBeFault('conflict', { field: 'reference' });
    await connect(t.b);
    expect((await pay(t.b, { reference })).id).not.toBe(paid.id);
  });

  it('are taken once when a reference comes many times at the same moment', async () => {
    await connect(t.a);
    const reference = newId();
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => pay(t.a, { reference })));
    expect(all.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(taken(t.a)).toEqual([1_000]);
  });

  it('are declined, or hand the payer over to their bank', async () => {
    await connect(t.a);
    expect(await pay(t.a, { paymentMethodId: 'pm_card_visa_chargeDeclined' })).toMatchObject({
      status: 'pending',
      failureCode: 'generic_decline',
    });
    const asked = await pay(t.a, { paymentMethodId: 'pm_card_authenticationRequired' });
    expect(asked.status).toBe('action_required');
    await press(asked.actionUrl!, 'authenticate');
    await local().delivered();
    expect(await t.a.call(getPayment, { paymentId: asked.id })).toMatchObject({ status: 'succeeded' });
  });

  it('refuse amounts that nobody can pay', async () => {
    await connect(t.a);
    for (const amount of ['0', '-1.00', '0.001', 'x'])
      await expect(pay(t.a, { amount })).rejects.toBeFault('invalid-input', { field: 'amount' });
  });

  it('show a dispute and how it was decided', async () => {
    await connect(t.a);
    const { id: paymentId } = await pay(t.a, { paymentMethodId: 'pm_card_createDispute' });
    await local().delivered();
    expect(await t.a.call(getPayment, { paymentId })).toMatchObject({
      status: 'succeeded',
      disputeStatus: 'needs_response',
    });
    const account = accountsOf(t.a)[0]!.id;
    local().decideDispute(local().all<Stripe.Dispute>('dispute', account)[0]!.id, 'lost', account);
    await local().delivered();
    expect(await t.a.call(getPayment, { paymentId })).toMatchObject({ disputeStatus: 'lost' });
  });

  describe('are given back', () => {
    let payment: Payment;
    beforeEach(async () => {
      await connect(t.a);
      payment = await pay(t.a);
    });
    const refund = (amount: string, refundedBefore: string, tenant = t.a): Promise<Payment> =>
      tenant.call(refundPayment, { paymentId: payment.id, amount, refundedBefore });
    const underway = async (): Promise<number> => {
      const rows = await t.database.admin(`select id from billing.refund where tenant_id = $1 and status = 'pending'`, [
        t.a.id,
      ]);
      return rows.length;
    };
    const given = (): number[] =>
      local()
        .all<Stripe.Refund>('refund', accountsOf(t.a)[0]!.id)
        .map(({ amount }) => amount);

    it('in parts, never more than was paid, and a repeated request gives nothing twice', async () => {
      expect(await refund('4.00', '0.00')).toMatchObject({ status: 'succeeded', refunded: '4.00' });
      await expect(refund('4.00', '0.00')).rejects.toBeFault('conflict', { field: 'refundedBefore' });
      await expect(refund('6.01', '4.00')).rejects.toBeFault('invalid-input', { field: 'amount' });
      expect(await refund('6.00', '4.00')).toMatchObject({ refunded: '10.00' });
      expect(given()).toEqual([400, 600]);
    });

    it.each(['cut-before', 'cut-after', 'server-error', 'lock-timeout'] as const)(
      'once, when the provider ends in %s',
      async (kind) => {
        local().faults.next(REFUND, kind);
        await expect(refund('4.00', '0.00')).rejects.toBeFault('unavailable');
        await local().delivered();
        expect(await refund('4.00', '0.00')).toMatchObject({ refunded: '4.00' });
        expect(given()).toEqual([400]);
      },
    );

    it.each(['cut-before', 'cut-after', 'server-error'] as const)(
      'once and without another call, when the provider ended in %s',
      async (kind) => {
        local().faults.next(REFUND, kind);
        await expect(refund('4.00', '0.00')).rejects.toBeFault('unavailable');
        await t.bus.runSchedule('billing.finish-refunds');
        expect(await underway()).toBe(1); // whoever asked may still be about to repeat it
        await t.database.admin(`update billing.refund set created_at = created_at - interval '2 minutes'`);
        for (let time = 0; time < 2; time++) await t.bus.runSchedule('billing.finish-refunds');
        expect(given()).toEqual([400]);
        expect(await t.a.call(getPayment, { paymentId: payment.id })).toMatchObject({ refunded: '4.00' });
        expect(await underway()).toBe(0);
        await expect(refund('4.00', '0.00')).rejects.toBeFault('conflict', { field: 'refundedBefore' });
      },
    );

    it('by their tenant alone: to another they are unknown', async () => {
      await expect(refund('4.00', '0.00', t.b)).rejects.toBeFault('not-found');
      const tenantId = t.a.id;
      const byStaff = t.bus.call(
        refundTenantPayment,
        { tenantId, paymentId: payment.id, amount: '1.00', refundedBefore: '0.00' },
        staff(),
      );
      await expect(byStaff).rejects.toBeFault('not-found');
    });
  });

  it('are apart from what a tenant pays itself, which staff give back', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    const [tenantId, invoiceId] = [t.a.id, invoice.id];
    const { id: paymentId } = await t.bus.call(collectTenantInvoice, { tenantId, invoiceId }, staff());
    const what = { paymentId, amount: '1.00', refundedBefore: '0.00' };
    await expect(t.a.call(refundPayment, what)).rejects.toBeFault('conflict');
    await expect(t.bus.call(refundTenantPayment, { ...what, tenantId: t.b.id }, staff())).rejects.toBeFault(
      'not-found',
    );
    expect(await t.bus.call(refundTenantPayment, { ...what, tenantId }, staff())).toMatchObject({ refunded: '1.00' });
    expect((await t.outbox()).at(-1)).toMatchObject({ type: 'PaymentChanged', tenantId, refunded: '1.00' });
  });
});
