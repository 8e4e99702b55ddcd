import {
  createPlanVersion,
  draftInvoice,
  getInvoice,
  getTenantInvoice,
  listInvoices,
  listTenantInvoices,
  voidInvoice,
  type Invoice,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';
import { draft, open, sell, SetClock } from './invoices.fixture.js';

const linesOf = ({ lines }: Invoice): unknown[] =>
  lines.map(({ kind, meterKey, quantity, unitPrice, amount }) => [kind, meterKey, quantity, unitPrice, amount]);

describe('The invoice of a period', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-01-01T12:00:00Z')));
  const later = (time: string): Date => (clock.at = new Date(time));

  it('charges the plan’s month and what priced meters counted, each line to the cent', async () => {
    await sell(t, t.a.id, { price: '49.90', unitPrices: { tokens: '0.000123', seats: '12.50', peak: '0.01' } });
    await meterOf(t.a, { key: 'tokens' });
    await meterOf(t.a, { key: 'seats', aggregation: 'unique', valueProperty: 'userId' });
    await meterOf(t.a, { key: 'peak', aggregation: 'max' });
    await meterOf(t.a, { key: 'free' });
    await meterOf(t.b, { key: 'tokens' });
    later('2026-02-20T00:00:00Z');
    const at = (id: string, meter: string, time: string, value: number, userId?: string) =>
      usage(id, { meter, time: new Date(time), value, ...(userId ? { userId } : {}) });
    await record(
      t.a,
      at('1', 'tokens', '2026-02-01T00:00:00Z', 40_000.5),
      at('2', 'tokens', '2026-02-19T23:00:00Z', 10_000),
      at('3', 'tokens', '2026-01-31T23:59:59Z', 7), // the day before
      at('4', 'seats', '2026-02-02T00:00:00Z', 1, 'ada'),
      at('5', 'seats', '2026-02-12T00:00:00Z', 1, 'ada'),
      at('6', 'seats', '2026-02-13T00:00:00Z', 1, 'bob'),
      at('7', 'peak', '2026-02-03T00:00:00Z', 8),
      at('8', 'peak', '2026-02-04T00:00:00Z', 5),
      at('9', 'free', '2026-02-04T00:00:00Z', 1000),
    );
    await record(t.b, at('1', 'tokens', '2026-02-05T00:00:00Z', 999_999));
    later('2026-03-01T00:00:00Z');
    const invoice = await draft(t, t.a.id, '2026-02-01', '2026-03-01');
    expect(linesOf(invoice)).toEqual([
      ['base', null, '28', '49.90', '49.90'],
      ['usage', 'peak', '8', '0.01', '0.08'],
      ['usage', 'seats', '2', '12.50', '25.00'],
      ['usage', 'tokens', '50000.5', '0.000123', '6.15'], // 6.1500615
    ]);
    expect(invoice).toMatchObject({ status: 'draft', number: null, total: '81.13', due: '0.00', currency: 'USD' });
    const invoiceId = invoice.id;
    expect(await t.bus.call(getTenantInvoice, { tenantId: t.a.id, invoiceId }, staff())).toEqual(invoice);
  });

  it('begins and ends at the tenant’s midnight, in the months in which clocks change too', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Europe/Berlin' });
    await sell(t, t.a.id, { unitPrices: { calls: '1.00' } });
    await meterOf(t.a, { key: 'calls' });
    const call = (id: string, time: string) => usage(id, { meter: 'calls', time: new Date(time), value: 1 });
    later('2026-04-01T00:00:00Z');
    await record(
      t.a,
      call('last of February', '2026-02-28T22:59:59Z'),
      call('first of March, at +1', '2026-02-28T23:00:00Z'),
      call('last of March, at +2', '2026-03-31T21:59:59Z'),
      call('first of April', '2026-03-31T22:00:00Z'),
    );
    expect(linesOf(await draft(t, t.a.id, '2026-03-01', '2026-04-01'))).toEqual([
      ['usage', 'calls', '2', '1.00', '2.00'],
    ]);
    later('2026-04-30T21:59:59Z');
    await expect(draft(t, t.a.id, '2026-04-01', '2026-05-01')).rejects.toBeFault('conflict', { field: 'to' });
    later('2026-04-30T22:00:00Z');
    expect(linesOf(await draft(t, t.a.id, '2026-04-01', '2026-05-01'))).toHaveLength(1);
  });

  it('charges the days since the tenant began, and none of its trial', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Asia/Kolkata' });
    later('2026-04-14T18:30:00Z'); // the 15th in Kolkata: 16 of 30 days are left
    await sell(t, t.a.id, { price: '30.00' });
    await sell(t, t.b.id, { price: '30.00', trialDays: 20 }); // the trial ends on 4 May
    expect(await draft(t, t.a.id, '2026-04-01', '2026-05-01')).toMatchObject({
      billedFrom: '2026-04-15',
      total: '16.00',
      lines: [{ quantity: '16', amount: '16.00' }],
    });
    expect(await draft(t, t.b.id, '2026-04-01', '2026-05-01')).toMatchObject({
      billedFrom: '2026-05-01',
      total: '0.00',
    });
    expect(await draft(t, t.b.id, '2026-05-01', '2026-06-01')).toMatchObject({
      billedFrom: '2026-05-04',
      total: '27.10', // 28 of 31 days: 27.0968
    });
  });

  it('is refused for a day that is on another, also when two ask at once, until that one is void', async () => {
    await sell(t, t.a.id, { price: '31.00' });
    const asked = await Promise.allSettled([1, 2, 3].map(() => draft(t, t.a.id, '2026-01-01', '2026-02-01')));
    const drawn = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(drawn).toHaveLength(1);
    await expect(draft(t, t.a.id, '2026-01-31', '2026-03-01')).rejects.toBeFault('conflict', { field: 'from' });
    expect(await t.a.count('billing.invoice')).toBe(1);
    await expect(draft(t, t.a.id, '2026-02-01', '2026-03-01')).resolves.toBeDefined();
    await sell(t, t.b.id, { price: '31.00' });
    await expect(draft(t, t.b.id, '2026-01-01', '2026-02-01')).resolves.toBeDefined();
    await t.bus.call(voidInvoice, { tenantId: t.a.id, invoiceId: drawn[0]!.id }, staff());
    await expect(draft(t, t.a.id, '2026-01-01', '2026-02-01')).resolves.toMatchObject({ total: '31.00' });
  });

  it('is what the tenant was sold, whatever the plan costs by now', async () => {
    const { id: planId } = await sell(t, t.a.id, { price: '10.00' });
    const dearer = { price: '99.00', usageCaps: {}, featureEntitlements: [], staticEntitlements: {}, unitPrices: {} };
    await t.bus.call(createPlanVersion, { planId, ...dearer }, staff());
    const invoice = await draft(t, t.a.id, '2026-01-01', '2026-02-01');
    expect(invoice).toMatchObject({ planId, planVersion: 1, total: '10.00' });
  });

  it('is announced in the tenant’s own trail with all it says', async () => {
    await sell(t, t.a.id, { price: '10.00' });
    const { id } = await draft(t, t.a.id, '2026-01-01', '2026-02-01');
    expect((await t.outbox()).at(-1)).toMatchObject({
      type: 'InvoiceDrafted',
      tenantId: t.a.id,
      changes: [{ resource: 'invoice', id, action: 'insert', new: { status: 'draft', total: '10.00' } }],
    });
  });

  it('is read by its tenant once it is final, by no other tenant ever, and drawn up by none', async () => {
    await sell(t, t.a.id, { price: '10.00' });
    const { id: draftId } = await draft(t, t.a.id, '2026-02-01', '2026-03-01');
    const invoice = await open(t, t.a.id, '2026-01-01', '2026-02-01');
    const invoiceId = invoice.id;
    expect(await t.a.call(getInvoice, { invoiceId })).toEqual(invoice);
    expect((await t.a.call(listInvoices, {})).data).toEqual([{ ...invoice, lines: [] }]);
    const staffsList = await t.bus.call(listTenantInvoices, { tenantId: t.a.id }, staff());
    expect(staffsList.data.map(({ id }) => id).toSorted()).toEqual([draftId, invoiceId].toSorted());
    await expect(t.a.call(getInvoice, { invoiceId: draftId })).rejects.toBeFault('not-found');
    await expect(t.b.call(getInvoice, { invoiceId })).rejects.toBeFault('not-found');
    expect(await t.b.call(listInvoices, {})).toBeEmptyPage();
    const other = { tenantId: t.b.id, invoiceId };
    await expect(t.bus.call(getTenantInvoice, other, staff())).rejects.toBeFault('not-found');
    const asked = { tenantId: t.a.id, from: '2026-05-01', to: '2026-06-01' };
    await expect(t.a.call(draftInvoice, asked)).rejects.toThrow();
    await expect(t.b.call(draftInvoice, asked)).rejects.toThrow();
    expect(await t.a.count('billing.invoice')).toBe(2);
  });

  it('is paged without gaps', async () => {
    await sell(t, t.a.id, { price: '10.00' });
    for (const month of ['01', '02', '03']) {
      later(`2026-${month}-05T00:00:00Z`);
      await open(t, t.a.id, `2026-${month}-01`, `2026-${month}-28`);
    }
    const first = await t.a.call(listInvoices, { limit: 2 });
    const second = await t.a.call(listInvoices, { limit: 2, cursor: first.nextCursor });
    expect([...first.data, ...second.data].map(({ from }) => from)).toEqual(['2026-03-01', '2026-02-01', '2026-01-01']);
    expect(second.nextCursor).toBeNull();
  });

  it('is of no tenant that is unknown, and of none the platform', async () => {
    await expect(draft(t, newId(), '2026-01-01', '2026-02-01')).rejects.toBeFault('not-found');
    await expect(draft(t, PLATFORM_TENANT_ID, '2026-01-01', '2026-02-01')).rejects.toBeFault('not-found');
  });
});
