import {
  checkPaymentDrifts,
  collectTenantInvoice,
  creditInvoice,
  getInvoice,
  listPaymentDrifts,
  refundTenantPayment,
  type Invoice,
  type PaymentDrift,
} from '@tenantry/contracts';
import type { Stripe } from 'stripe';
import { staff } from '../billing.fixture.js';
import { Collection } from './collection.js';
import { addCard, owe, paymentsOnRealPostgres } from './payments.fixture.js';

describe('The comparison of payments', () => {
  const { t, local } = paymentsOnRealPostgres();
  beforeEach(async () => {
    await t.database.admin('delete from billing.payment_drift');
    for (const tenant of [t.a, t.b]) await addCard(tenant);
  });
  const check = () => t.bus.call(checkPaymentDrifts, {}, staff());
  const drifts = async (open: boolean): Promise<PaymentDrift[]> => {
    const { data } = await t.bus.call(listPaymentDrifts, { open }, staff());
    return data.filter(({ tenantId }) => tenantId === null || tenantId === t.a.id);
  };
  const collected = async (tenant = t.a): Promise<{ invoice: Invoice; paymentId: string }> => {
    const invoice = await owe(t, tenant);
    const { id: paymentId } = await t.bus.call(
      collectTenantInvoice,
      { tenantId: tenant.id, invoiceId: invoice.id },
      staff(),
    );
    return { invoice, paymentId };
  };

  it('finds nothing where nothing differs', async () => {
    await collected();
    await collected(t.b);
    const { payments } = await check();
    expect(payments).toBeGreaterThanOrEqual(2);
    expect(await drifts(true)).toEqual([]);
  });

  it('takes over what the provider knows better, and says that it did', async () => {
    const invoice = await owe(t, t.a);
    local().faults.next('POST /v1/payment_intents/:id/confirm', 'cut-after');
    const how = { methodId: null, isOffSession: true, returnUrl: null };
    const lost = t.bus.get(Collection).collect(null, { tenantId: t.a.id, invoiceId: invoice.id, ...how });
    await expect(lost).rejects.toBeFault('unavailable');
    await check();
    expect((await t.a.call(getInvoice, { invoiceId: invoice.id })).status).toBe('paid');
    expect(await drifts(true)).toEqual([]);
    expect(await drifts(false)).toEqual([
      expect.objectContaining({ kind: 'status', ours: 'pending', theirs: 'succeeded' }),
    ]);
  });

  it('lists what an invoice and its payments differ by to the cent, until somebody made it good', async () => {
    const { invoice, paymentId } = await collected();
    const [tenantId, invoiceId] = [t.a.id, invoice.id];
    await t.bus.call(creditInvoice, { tenantId, invoiceId, amount: '0.01', reason: 'late' }, staff());
    await check();
    expect(await drifts(true)).toEqual([
      expect.objectContaining({
        kind: 'invoice_amount',
        tenantId,
        invoiceId,
        ours: '9.99',
        theirs: '10.00',
        repairedAt: null,
        repair: expect.any(String),
      }),
    ]);
    await t.bus.call(refundTenantPayment, { tenantId, paymentId, amount: '0.01', refundedBefore: '0.00' }, staff());
    await check();
    expect(await drifts(true)).toEqual([]);
    expect(await drifts(false)).toEqual([
      expect.objectContaining({ kind: 'invoice_amount', repairedAt: expect.any(Date) }),
    ]);
  });

  it('lists a payment whose invoice was ended otherwise', async () => {
    const { invoice } = await collected();
    await t.database.admin(`update billing.invoice set status = 'void' where id = $1`, [invoice.id]);
    await check();
    expect(await drifts(true)).toEqual([
      expect.objectContaining({ kind: 'invoice_state', invoiceId: invoice.id, ours: 'void' }),
    ]);
  });

  it('lists what is at the provider and not here, and the other way round, and what differs in amount', async () => {
    const [one, two, three] = [await collected(), await collected(), await collected()];
    const idOf = async (paymentId: string): Promise<string> =>
      (
        await t.database.admin<{ id: string }>('select provider_id as id from billing.payment where id = $1', [
          paymentId,
        ])
      )[0]!.id;
    const lost = await idOf(one.paymentId);
    await t.database.admin('update billing.payment set provider_id = $2 where id = $1', [one.paymentId, 'pi_nobodys']);
    await t.database.admin('update billing.payment set amount_nanos = amount_nanos + 10000000 where id = $1', [
      three.paymentId,
    ]);
    await check();
    const found = (await drifts(true)).filter(({ kind }) => !kind.startsWith('invoice'));
    expect(found.map(({ kind, paymentId, providerId }) => ({ kind, paymentId, providerId }))).toEqual(
      expect.arrayContaining([
        { kind: 'unknown_here', paymentId: null, providerId: lost },
        { kind: 'unknown_there', paymentId: one.paymentId, providerId: 'pi_nobodys' },
        { kind: 'amount', paymentId: three.paymentId, providerId: await idOf(three.paymentId) },
      ]),
    );
    expect(found.map(({ paymentId }) => paymentId)).not.toContain(two.paymentId);
    expect(
      local()
        .all<Stripe.PaymentIntent>('payment_intent')
        .map(({ id }) => id),
    ).toContain(lost);
  });

  it('lists an account that was disconnected, and goes on with everybody else', async () => {
    const { paymentId } = await collected();
    const payment = `(tenant_id, id, account_id, reference, provider_id, status, amount_nanos, currency, test_mode, created_at, checked_at, succeeded_at)`;
    await t.database.admin(
      `insert into billing.payment ${payment} select tenant_id, gen_random_uuid(), 'acct_gone', 'r', 'pi_of_gone', status, amount_nanos, currency,
         test_mode, created_at, checked_at, succeeded_at from billing.payment where id = $1`,
      [paymentId],
    );
    await t.database.admin(`update billing.payment set amount_nanos = amount_nanos + 10000000 where id = $1`, [
      paymentId,
    ]);
    await check();
    const { data } = await t.bus.call(listPaymentDrifts, { open: true }, staff());
    expect(data.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['account_unreachable', 'amount']));
    expect(data.find(({ kind }) => kind === 'account_unreachable')).toMatchObject({ providerId: 'acct_gone' });
    await t.database.admin(`delete from billing.payment where account_id = 'acct_gone'`);
    await check();
    expect((await drifts(true)).map(({ kind }) => kind)).not.toContain('account_unreachable');
  });

  it('goes through more than fits into a batch, and finds every one', async () => {
    const { paymentId } = await collected();
    await t.database.admin(
      `insert into billing.payment (tenant_id, id, invoice_id, provider_id, status, amount_nanos, currency, test_mode, created_at, checked_at, succeeded_at)
       select tenant_id, gen_random_uuid(), invoice_id, 'pi_gone_' || n, status, amount_nanos, currency, test_mode, created_at, checked_at, succeeded_at
       from billing.payment, generate_series(1, 1001) n where id = $1`,
      [paymentId],
    );
    await check();
    const count = async (): Promise<number> => {
      const [row] = await t.database.admin<{ count: string }>(
        `select count(*) from billing.payment_drift where tenant_id = $1 and repaired_at is null and kind = 'unknown_there'`,
        [t.a.id],
      );
      return Number(row!.count);
    };
    expect(await count()).toBe(1_001);
    await t.database.admin(`delete from billing.payment where provider_id like 'pi_gone_%'`);
    await check();
    expect(await count()).toBe(0);
  });
});
