import {
  cancelSubscription,
  createBudget,
  exportInvoiceLines,
  getBillingOverview,
  getPlatformBilling,
  payInvoice,
  setTenantTax,
  type Operation,
} from '@tenantry/contracts';
import { testContext } from '@tenantry/testing';
import { parse } from 'csv-parse/sync';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { draft, open, sell, SetClock } from '../invoices/invoices.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';

describe('Where a tenant stands', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-03-01T00:00:00Z')));
  const later = (time: string): Date => (clock.at = new Date(time));
  const used = (id: string, meter: string, value: number) => usage(id, { meter, value });
  const overview = () => t.a.call(getBillingOverview, {});

  it('is this month so far and as it is likely to end, by the rules of its invoice', async () => {
    await sell(t, t.a.id, { price: '30.00', unitPrices: { calls: '0.10', peak: '1.00' } });
    await sell(t, t.b.id, { price: '99.00' });
    await t.bus.call(setTenantTax, { tenantId: t.a.id, ratePercent: '10' }, staff());
    await meterOf(t.a, { key: 'calls' });
    await meterOf(t.a, { key: 'peak', aggregation: 'max' });
    later('2026-04-10T18:00:00Z'); // the tenth of thirty days
    await record(t.a, used('1', 'calls', 50), used('2', 'peak', 7));
    expect(await overview()).toMatchObject({
      ...{ status: 'active', currency: 'USD', from: '2026-04-01', to: '2026-05-01', price: '30.00' },
      monthToDate: '22.00', // 10.00 + 5.00 + 7.00
      forecast: '52.00', // 30.00 + 15.00 + 7.00
      forecastWithTax: '57.20',
      nextInvoiceOn: '2026-05-02',
      charges: [
        { kind: 'base', quantity: '10', amount: '10.00', forecast: '30.00' },
        { kind: 'usage', meterKey: 'calls', quantity: '50', amount: '5.00', forecast: '15.00' },
        { kind: 'usage', meterKey: 'peak', quantity: '7', amount: '7.00', forecast: '7.00' },
      ],
    });
    later('2026-05-01T00:00:00Z');
    expect(await draft(t, t.a.id, '2026-04-01', '2026-05-01')).toMatchObject({ subtotal: '42.00' });
  });

  it('says at the end of the month what the invoice of it will say', async () => {
    await sell(t, t.a.id, { price: '31.00', unitPrices: { calls: '0.10' } });
    await meterOf(t.a, { key: 'calls' });
    later('2026-03-15T23:59:59Z');
    await record(t.a, used('1', 'calls', 33));
    later('2026-03-16T00:00:00Z');
    await sell(t, t.a.id, { price: '62.00', unitPrices: { calls: '0.20' } });
    later('2026-03-31T23:59:59Z');
    await record(t.a, used('2', 'calls', 10));
    const { monthToDate, forecast, charges } = await overview();
    expect([monthToDate, charges.length]).toEqual([forecast, 4]);
    later('2026-04-01T00:00:00Z');
    expect((await draft(t, t.a.id, '2026-03-01', '2026-04-01')).total).toBe(forecast);
  });

  it('forecasts nothing for the days after a cancelled plan has ended', async () => {
    await sell(t, t.a.id, { price: '31.00' });
    later('2026-03-10T00:00:00Z');
    await t.a.call(cancelSubscription, {});
    expect(await overview()).toMatchObject({ forecast: '31.00' });
    later('2026-04-10T00:00:00Z');
    expect(await overview()).toMatchObject({ status: 'ended', monthToDate: '0.00', forecast: '0.00', charges: [] });
    expect(await overview()).toMatchObject({ nextInvoiceOn: null });
  });

  it('has what is owed, what is overdue, until when it is billed, and its budgets', async () => {
    await sell(t, t.a.id, { price: '31.00' });
    await sell(t, t.b.id, { price: '31.00' });
    const { id: parentId } = await t.a.call(createBudget, { name: 'All', limit: '5.00' });
    await t.a.call(createBudget, { name: 'Below', limit: '1.00', parentId });
    later('2026-04-01T00:00:00Z');
    await open(t, t.a.id, '2026-03-01', '2026-04-01');
    later('2026-04-16T00:00:00Z');
    await open(t, t.a.id, '2026-04-01', '2026-04-11');
    expect(await overview()).toMatchObject({
      ...{ due: '41.33', pastDue: '31.00', billedUntil: '2026-04-11', dunningStep: 'none' },
      budgets: [{ name: 'All', limit: '5.00' }],
    });
    expect(await t.b.call(getBillingOverview, {})).toMatchObject({ due: '0.00', billedUntil: null, budgets: [] });
  });
});

describe('Where the platform stands', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-03-01T00:00:00Z')));

  it('is what was invoiced and is owed in one currency, and by whom the most; for staff alone', async () => {
    t.bus.announce(t.a.id, { name: 'Ada' });
    await sell(t, t.a.id, { price: '31.00', currency: 'CHF' });
    await sell(t, t.b.id, { price: '62.00', currency: 'CHF' });
    clock.at = new Date('2026-04-01T00:00:00Z');
    await open(t, t.a.id, '2026-03-01', '2026-04-01');
    const { id: invoiceId } = await open(t, t.b.id, '2026-03-01', '2026-04-01');
    await t.bus.call(payInvoice, { tenantId: t.b.id, invoiceId }, staff());
    clock.at = new Date('2026-04-20T00:00:00Z');
    const chf = { currency: 'CHF' };
    const seen = await t.bus.call(getPlatformBilling, chf, staff());
    expect(seen).toMatchObject({ invoiced: '93.00', paid: '62.00', due: '31.00', pastDue: '31.00' });
    expect(seen.topSpenders.map(({ tenantId, amount, invoices }) => [tenantId, amount, invoices])).toEqual([
      [t.b.id, '62.00', 1],
      [t.a.id, '31.00', 1],
    ]);
    expect(seen.debtors).toEqual([
      { tenantId: t.a.id, name: 'Ada', pastDue: '31.00', oldestDueOn: '2026-04-15', dunningStep: 'none' },
    ]);
    expect(await t.bus.call(getPlatformBilling, { currency: 'SEK' }, staff())).toMatchObject({ invoiced: '0.00' });
    const long = { from: new Date('2025-01-01') };
    await expect(t.bus.call(getPlatformBilling, long, staff())).rejects.toBeFault('invalid-input', { field: 'from' });
    await expect(t.a.call(getPlatformBilling, chf)).rejects.toThrow();
  });
});

describe('The lines of a tenant’s invoices as CSV', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-03-01T00:00:00Z')));
  const exported = async (tenantId: string): Promise<Record<string, string>[]> => {
    const { body } = await t.bus.send(exportInvoiceLines as Operation, '{}', testContext(tenantId));
    return parse(Buffer.concat(await Array.fromAsync(body!)).toString(), { columns: true });
  };

  it('are all of its final invoices, beyond the size of a batch, and of nobody else', async () => {
    const meters = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const unitPrices = Object.fromEntries(meters.map((key) => [key, '0.01']));
    await sell(t, t.a.id, { price: '31.00', unitPrices });
    await sell(t, t.b.id, { price: '62.00' });
    for (const key of meters) await meterOf(t.a, { key, eventType: `t${Number(key.slice(1)) % 10}` });
    for (let type = 0; type < 10; type++)
      for (let day = 1; day <= 10; day++) {
        clock.at = new Date(`2026-03-${`${day}`.padStart(2, '0')}T10:00:00Z`);
        await record(t.a, usage(`${day}`, { type: `t${type}`, value: 1 }));
      }
    const days = Array.from({ length: 10 }, (_, day) => day + 1);
    for (const day of days) {
      const [from, to] = [day, day + 1].map((at) => `2026-03-${`${at}`.padStart(2, '0')}`) as [string, string];
      clock.at = new Date(`${to}T00:00:00Z`);
      await open(t, t.a.id, from, to);
    }
    await open(t, t.b.id, '2026-03-01', '2026-03-02');
    clock.at = new Date('2026-04-01T00:00:00Z');
    await draft(t, t.a.id, '2026-03-20', '2026-03-21');
    const lines = await exported(t.a.id);
    expect(lines).toHaveLength(10 * 61);
    expect(new Set(lines.map(({ lineId }) => lineId)).size).toBe(610);
    expect(lines.map(({ invoiceNumber }) => Number(invoiceNumber))).toEqual(
      days.toReversed().flatMap((number) => Array<number>(61).fill(number)),
    );
    expect(lines.find(({ kind }) => kind === 'base')).toMatchObject({
      currency: 'USD',
      amount: '1.00',
      unitPrice: '31.00',
    });
    expect(await exported(t.b.id)).toHaveLength(1);
  });
});
