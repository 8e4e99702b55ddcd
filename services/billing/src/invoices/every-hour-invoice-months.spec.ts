import {
  cancelSubscription,
  changeTenantPlan,
  createMeter,
  createPlanVersion,
  getInvoice,
  listInvoices,
  recordUsage,
  voidInvoice,
  type Invoice,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { TestTenant } from '@tenantry/testing';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { open, sell, SetClock } from './invoices.fixture.js';
import { MonthInvoices } from './month-invoices.js';

describe('A month that is over', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => {
    clock.at = new Date('2026-01-01T00:00:00Z');
  });
  const at = (time: string): Date => (clock.at = new Date(time));
  const run = (): Promise<void> => t.bus.runSchedule('billing.invoice-months');
  const invoices = async (tenant: TestTenant = t.a): Promise<Invoice[]> =>
    (await tenant.call(listInvoices, {})).data.toSorted((one, other) => Number(one.number! - other.number!));
  const periods = async (tenant: TestTenant = t.a): Promise<string[]> =>
    (await invoices(tenant)).map(({ from, to, total, currency }) => `${from} ${to} ${total} ${currency}`);

  it('is billed by itself a day after its end, once, with the next number; the running one is not', async () => {
    await sell(t, t.a.id, { price: '31.00' });
    await sell(t, t.b.id, { price: '62.00' });
    at('2026-02-01T23:00:00Z');
    await run();
    expect(await invoices()).toEqual([]);
    at('2026-02-02T00:00:00Z');
    for (let time = 0; time < 2; time++) await run();
    expect(await periods()).toEqual(['2026-01-01 2026-02-01 31.00 USD']);
    expect(await periods(t.b)).toEqual(['2026-01-01 2026-02-01 62.00 USD']);
    expect(await invoices()).toMatchObject([{ number: 1n, status: 'open', dueOn: '2026-02-16' }]);
    const types = (await t.outbox()).filter(({ tenantId }) => tenantId === t.a.id).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['InvoiceDrafted', 'InvoiceOpened']);
  });

  it('is billed once when many do it at the same moment', async () => {
    await sell(t, t.a.id, { price: '31.00' });
    at('2026-02-03T00:00:00Z');
    await Promise.all([run(), run(), run()]);
    expect(await periods()).toEqual(['2026-01-01 2026-02-01 31.00 USD']);
  });

  it('is made good, each on its own invoice, when nothing ran for months', async () => {
    await sell(t, t.a.id, { price: '100.00' });
    at('2026-04-10T00:00:00Z');
    await run();
    expect(await periods()).toEqual([
      '2026-01-01 2026-02-01 100.00 USD',
      '2026-02-01 2026-03-01 100.00 USD',
      '2026-03-01 2026-04-01 100.00 USD',
    ]);
    expect((await invoices()).map(({ number }) => number)).toEqual([1n, 2n, 3n]);
  });

  it('carries what meters counted in it', async () => {
    await t.a.call(createMeter, { key: 'calls', aggregation: 'sum', groupBy: [] });
    await sell(t, t.a.id, { price: '0', unitPrices: { calls: '0.50' } });
    at('2026-01-31T23:30:00Z');
    await t.a.call(recordUsage, { events: [{ id: 'one', meter: 'calls', value: 8 }] } as never);
    at('2026-02-02T00:00:00Z');
    await run();
    const [invoice] = await invoices();
    const { lines } = await t.a.call(getInvoice, { invoiceId: invoice!.id });
    expect(lines.find(({ kind }) => kind === 'usage')).toMatchObject({
      meterKey: 'calls',
      quantity: '8',
      amount: '4.00',
    });
  });

  it('leaves out the days that staff billed, and does not bill again what they took back', async () => {
    await sell(t, t.a.id, { price: '31.00' });
    await open(t, t.a.id, '2026-01-11', '2026-01-21');
    at('2026-02-02T00:00:00Z');
    await run();
    expect((await periods()).toSorted()).toEqual([
      '2026-01-01 2026-01-11 10.00 USD',
      '2026-01-11 2026-01-21 10.00 USD',
      '2026-01-21 2026-02-01 11.00 USD',
    ]);
    const [first] = await invoices();
    await t.bus.call(voidInvoice, { tenantId: t.a.id, invoiceId: first!.id }, staff());
    await run();
    expect(await invoices()).toHaveLength(3);
  });

  it('is no invoice when there is nothing to pay: in a trial, without a price, after the plan ended', async () => {
    await sell(t, t.a.id, { price: '31.00', trialDays: 20 });
    await sell(t, t.b.id, { price: '0' });
    at('2026-01-25T00:00:00Z');
    await t.a.call(cancelSubscription, {});
    at('2026-04-02T00:00:00Z');
    await run();
    expect(await periods()).toEqual(['2026-01-01 2026-02-01 11.00 USD']);
    expect(await invoices(t.b)).toEqual([]);
  });

  it('becomes two invoices when its currency changed', async () => {
    const plan = await sell(t, t.a.id, { price: '31.00' });
    at('2026-01-11T12:00:00Z');
    const terms = { price: '62.00', currency: 'EUR', usageCaps: {}, featureEntitlements: [], staticEntitlements: {} };
    await t.bus.call(createPlanVersion, { planId: plan.id, unitPrices: {}, ...terms }, staff());
    await t.bus.call(changeTenantPlan, { tenantId: t.a.id, planId: plan.id }, staff());
    at('2026-02-02T00:00:00Z');
    await run();
    expect(await periods()).toEqual(['2026-01-01 2026-01-11 10.00 USD', '2026-01-11 2026-02-01 42.00 EUR']);
  });

  it('ends at the tenant’s midnight', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Pacific/Auckland' });
    t.bus.announce(t.b.id, { timeZone: 'Pacific/Honolulu' });
    at('2026-01-10T00:00:00Z');
    for (const tenant of [t.a, t.b]) await sell(t, tenant.id, { price: '31.00' });
    at('2026-02-01T11:00:00Z'); // the 2nd in Auckland
    await run();
    expect(await invoices()).toHaveLength(1);
    expect(await invoices(t.b)).toEqual([]);
  });

  it.each([{ sandboxOf: newId() }, { status: 'deactivated' as const }])(
    'is not billed to a tenant with %j',
    async (facts) => {
      t.bus.announce(t.a.id, facts);
      await sell(t, t.a.id, { price: '31.00' });
      at('2026-02-02T00:00:00Z');
      await run();
      t.bus.announce(t.a.id);
      expect(await invoices()).toEqual([]);
    },
  );

  it('is not billed by itself when the operator does not want it', async () => {
    at('2026-02-02T00:00:00Z');
    const schedule = t.bus.get(MonthInvoices) as unknown as { settings: { INVOICE_MONTHS: boolean } };
    await sell(t, t.b.id, { price: '31.00' });
    schedule.settings.INVOICE_MONTHS = false;
    await run();
    schedule.settings.INVOICE_MONTHS = true;
    expect(await invoices(t.b)).toEqual([]);
  });
});
