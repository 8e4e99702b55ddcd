import {
  collectInvoice,
  creditInvoice,
  getBillingProfile,
  getInvoice,
  getTenantBillingProfile,
  InvoiceCollectionFailed,
  setBillingContact,
  setCollection,
  setTenantCollection,
  voidInvoice,
  type Invoice,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { Mailer } from '@tenantry/service';
import type { TestTenant } from '@tenantry/testing';
import type { Stripe } from 'stripe';
import { staff, type KeptMailer } from '../billing.fixture.js';
import { SetClock } from '../invoices/invoices.fixture.js';
import { daysAfter } from '../invoices/period.js';
import { mortalBilling } from './killed.fixture.js';
import { addCard, owe, paymentsOnRealPostgres } from './payments.fixture.js';

const HOUR_MS = 3_600_000;
/** Of an attempt that pays: its commits and its requests to the provider. */
const STEPS = 11;

describe('An invoice that is collected by itself', () => {
  const clock = new SetClock();
  const { t, local } = paymentsOnRealPostgres({ clock });
  beforeEach(() => {
    clock.at = new Date('2026-03-01T10:00:00Z'); // requests have until some seconds after the real time
  });
  const run = (): Promise<void> => t.bus.runSchedule('billing.collect-invoices');
  const later = (ms: number): Date => (clock.at = new Date(clock.at.getTime() + ms));
  const read = ({ id: invoiceId }: Invoice, tenant: TestTenant = t.a): Promise<Invoice> =>
    tenant.call(getInvoice, { invoiceId });
  const charged = async (tenant: TestTenant = t.a): Promise<number[]> => {
    const payments = await t.database.admin<{ id: string }>(
      'select provider_id as id from billing.payment where tenant_id = $1',
      [tenant.id],
    );
    const paid = local()
      .all<Stripe.Charge>('charge')
      .filter((charge) => charge.paid);
    return paid.filter(({ payment_intent: of }) => payments.some(({ id }) => id === of)).map(({ amount }) => amount);
  };
  const announced = async (type: string, { id }: Invoice) =>
    (await t.outbox()).filter((event) => event.type === type && event['invoiceId'] === id);

  it('is paid an hour after its opening without a call, once, and its trail says so', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    expect(invoice).toMatchObject({ nextCollectionAt: later(HOUR_MS), collectionAttempts: 0, testMode: true });
    later(-1);
    await run();
    expect(await charged()).toEqual([]);
    later(1);
    for (let time = 0; time < 2; time++) await run();
    expect(await charged()).toEqual([1_000]);
    expect(await read(invoice)).toMatchObject({ status: 'paid', nextCollectionAt: null, collectionAttempts: 1 });
    expect(await announced('InvoiceCollectionBegun', invoice)).toMatchObject([{ tenantId: t.a.id, attempt: 1 }]);
    expect(await announced('InvoicePaid', invoice)).toHaveLength(1);
  });

  it('is tried again on the days of the ladder, each attempt an event with the bank’s word, until it is paid', async () => {
    await addCard(t.a, 'pm_card_chargeCustomerFail');
    const invoice = await owe(t, t.a);
    later(HOUR_MS);
    const tried: Date[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      tried.push(clock.at);
      await run();
      const { nextCollectionAt, collectionAttempts } = await read(invoice);
      expect(collectionAttempts).toBe(attempt);
      clock.at = nextCollectionAt!;
    }
    const days = tried.map((at) => at.toISOString().slice(0, 10)).slice(1);
    expect(days).toEqual([7, 14].map((after) => daysAfter(invoice.dueOn!, after)));
    expect(await announced('InvoiceCollectionFailed', invoice)).toMatchObject(
      [7, 14, 21].map((after, index) => ({
        ...{ attempt: index + 1, outcome: 'declined', failureCode: 'generic_decline', due: '10.00' },
        nextOn: daysAfter(invoice.dueOn!, after),
      })),
    );
    await addCard(t.a);
    await run();
    expect(await read(invoice)).toMatchObject({ status: 'paid', collectionAttempts: 4, nextCollectionAt: null });
    expect(await charged()).toEqual([1_000]);
  });

  it('is left to people when the ladder has no day any more, and when there is nothing to pay with', async () => {
    const invoice = await owe(t, t.a);
    clock.at = new Date(`${daysAfter(invoice.dueOn!, 40)}T12:00:00Z`);
    await run();
    expect(await announced('InvoiceCollectionFailed', invoice)).toMatchObject([
      { outcome: 'no_payment_method', failureCode: null, nextOn: null },
    ]);
    expect(await read(invoice)).toMatchObject({ status: 'open', nextCollectionAt: null });
  });

  it.each(
    Array.from({ length: STEPS }, (_, index) => index + 1).flatMap((step) => [
      [step, 'before'] as const,
      [step, 'after'] as const,
    ]),
  )('takes the money once when everything is killed at step %i, %s it is done', async (step, dies) => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    later(HOUR_MS);
    const process = mortalBilling(t);
    try {
      process.dieAt(step, dies);
      await run();
      expect(process.steps).toBeGreaterThanOrEqual(step);
      process.revive();
      for (let hours = 0; hours < 2; hours++) {
        later(HOUR_MS);
        await run();
      }
    } finally {
      process.restore();
    }
    expect(await charged()).toEqual([1_000]);
    expect(await read(invoice)).toMatchObject({ status: 'paid', nextCollectionAt: null });
    expect(await t.a.count('billing.payment')).toBe(1);
    const { collectionAttempts } = await read(invoice);
    expect(await announced('InvoiceCollectionBegun', invoice)).toHaveLength(collectionAttempts);
    expect(await announced('InvoicePaid', invoice)).toHaveLength(1);
  });

  it('has as many steps as it is killed at', async () => {
    await addCard(t.a);
    await owe(t, t.a);
    later(HOUR_MS);
    const process = mortalBilling(t);
    await run();
    process.restore();
    expect(process.steps).toBe(STEPS);
    expect(await charged()).toEqual([1_000]);
  });

  it.each(['cut-before', 'cut-after', 'server-error'] as const)(
    'takes the money once when the provider ends in %s, an hour later',
    async (kind) => {
      await addCard(t.a);
      const invoice = await owe(t, t.a);
      later(HOUR_MS);
      local().faults.next('POST /v1/payment_intents/:id/confirm', kind);
      await run();
      expect(await announced('InvoiceCollectionFailed', invoice)).toEqual([]);
      later(HOUR_MS);
      await run();
      expect(await charged()).toEqual([1_000]);
      expect(await read(invoice)).toMatchObject({ status: 'paid', collectionAttempts: 2 });
    },
  );

  it('is taken once when it is collected by itself and by its owner at the same moment', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    later(HOUR_MS);
    const owner = t.a.call(collectInvoice, { invoiceId: invoice.id, returnUrl: 'https://app.example.com/' });
    await Promise.allSettled([run(), owner, run()]);
    later(HOUR_MS);
    await run();
    expect(await charged()).toEqual([1_000]);
    expect(await read(invoice)).toMatchObject({ status: 'paid' });
  });

  it('is over what credit notes left of it, and not at all when nothing is left or it was taken back', async () => {
    await addCard(t.a);
    const [partly, wholly, voided] = [await owe(t, t.a), await owe(t, t.a), await owe(t, t.a)];
    const credit = ({ id: invoiceId }: Invoice, amount: string) =>
      t.bus.call(creditInvoice, { tenantId: t.a.id, invoiceId, amount, reason: 'late' }, staff());
    await credit(partly, '4.00');
    await credit(wholly, '10.00');
    await t.bus.call(voidInvoice, { tenantId: t.a.id, invoiceId: voided.id }, staff());
    later(HOUR_MS);
    await run();
    expect(await charged()).toEqual([600]);
    expect(await announced('InvoiceCollectionBegun', wholly)).toEqual([]);
    expect(await announced('InvoiceCollectionBegun', voided)).toEqual([]);
  });

  it('waits while its tenant does not want it, and is collected when it does; another tenant’s is not touched', async () => {
    for (const tenant of [t.a, t.b]) await addCard(tenant);
    const [ofA, ofB] = [await owe(t, t.a), await owe(t, t.b)];
    expect(await t.a.call(setCollection, { automatic: false })).toMatchObject({ automaticCollection: false });
    expect(await t.b.call(getBillingProfile, {})).toMatchObject({ automaticCollection: true });
    later(HOUR_MS);
    await run();
    expect([await charged(t.a), await charged(t.b)]).toEqual([[], [1_000]]);
    expect(await read(ofB, t.b)).toMatchObject({ status: 'paid' });
    await t.bus.call(setTenantCollection, { tenantId: t.a.id, automatic: true }, staff());
    await run();
    expect(await read(ofA)).toMatchObject({ status: 'paid' });
  });

  it('is a setting of its own tenant and of staff, and each change is in the tenant’s trail', async () => {
    await t.bus.call(setTenantCollection, { tenantId: t.a.id, automatic: false }, staff());
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: 'CollectionSet',
      tenantId: t.a.id,
      automatic: false,
      changes: [{ old: { automatic: true }, new: { automatic: false } }],
    });
    expect(await t.bus.call(getTenantBillingProfile, { tenantId: t.a.id }, staff())).toMatchObject({
      automaticCollection: false,
    });
    const reader = { permissions: ['payments.read'] };
    await expect(t.a.call(setCollection, { automatic: true }, reader)).rejects.toBeFault('forbidden');
    const unknown = t.bus.call(setTenantCollection, { tenantId: newId(), automatic: true }, staff());
    await expect(unknown).rejects.toBeFault('not-found');
  });

  it('is not paid with money that is none, nor for what was only tried out', async () => {
    await addCard(t.a);
    const invoice = await owe(t, t.a);
    await t.database.admin('update billing.invoice set test_mode = false where id = $1', [invoice.id]);
    later(HOUR_MS);
    await run();
    expect(await charged()).toEqual([]);
    await t.a.call(collectInvoice, { invoiceId: invoice.id, returnUrl: 'https://app.example.com/' });
    expect(await read(invoice)).toMatchObject({ status: 'paid', testMode: true });
  });

  it('is told of by mail when a card is declined', async () => {
    const { sent } = t.bus.get(Mailer) as KeptMailer;
    sent.length = 0;
    t.bus.announce(t.a.id, { name: 'Ada Ltd' });
    await t.a.call(setBillingContact, { name: 'Ada Ltd', address: 'x', email: 'pay@example.com' });
    const failed = { invoiceId: newId(), number: 7n, attempt: 1, due: '10.00', currency: 'USD', nextOn: '2026-03-08' };
    const tell = (outcome: string, failureCode: string | null) =>
      t.bus.deliver({ event: new InvoiceCollectionFailed({ ...failed, outcome, failureCode }), tenantId: t.a.id });
    await tell('no_payment_method', null);
    expect(sent).toEqual([]);
    await tell('declined', 'insufficient_funds');
    expect(sent).toMatchObject([{ to: 'pay@example.com', subject: 'Ada Ltd: invoice 7 could not be collected' }]);
    for (const said of ['10.00 USD', 'insufficient funds', '2026-03-08']) expect(sent[0]!.text).toContain(said);
  });
});
