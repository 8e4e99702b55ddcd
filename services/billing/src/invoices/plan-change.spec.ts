import { cancelSubscription, changeTenantPlan, type Invoice } from '@tenantry/contracts';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';
import { draft, open, sell, SetClock } from './invoices.fixture.js';

const linesOf = ({ lines }: Invoice): unknown[] =>
  lines.map(({ kind, from, to, quantity, unitPrice, amount }) => [kind, from, to, quantity, unitPrice, amount]);

describe('An invoice over a change of plan', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => (clock.at = new Date('2026-01-01T12:00:00Z')));
  const later = (time: string): Date => (clock.at = new Date(time));
  const call = (id: string, time: string, more: object = {}) => usage(id, { time: new Date(time), ...more });

  it('charges each day by the terms in force when it ended, and its usage with it', async () => {
    const cheap = await sell(t, t.a.id, { price: '30.00', unitPrices: { calls: '1.00' } });
    await sell(t, t.b.id, { price: '30.00' });
    await meterOf(t.a, { key: 'calls' });
    later('2026-04-11T15:00:00Z');
    const dear = await sell(t, t.a.id, { price: '60.00', unitPrices: { calls: '2.00' } });
    later('2026-05-01T00:00:00Z');
    await record(
      t.a,
      call('before', '2026-04-10T23:59:59Z', { meter: 'calls', value: 5 }),
      call('that morning', '2026-04-11T00:00:00Z', { meter: 'calls', value: 7 }),
      call('after', '2026-04-30T23:59:59Z', { meter: 'calls', value: 1 }),
    );
    const invoice = await draft(t, t.a.id, '2026-04-01', '2026-05-01');
    expect(linesOf(invoice)).toEqual([
      ['base', '2026-04-01', '2026-04-11', '10', '30.00', '10.00'],
      ['base', '2026-04-11', '2026-05-01', '20', '60.00', '40.00'],
      ['usage', '2026-04-01', '2026-04-11', '5', '1.00', '5.00'],
      ['usage', '2026-04-11', '2026-05-01', '8', '2.00', '16.00'],
    ]);
    expect(invoice.lines.map(({ planId }) => planId)).toEqual([cheap.id, dear.id, cheap.id, dear.id]);
    expect(invoice).toMatchObject({ total: '71.00', planId: dear.id });
    expect(await draft(t, t.b.id, '2026-04-01', '2026-05-01')).toMatchObject({ total: '30.00' });
  });

  it('still charges the days before by the terms of then, when it is drawn up long after several changes', async () => {
    const first = await sell(t, t.a.id, { price: '31.00' });
    for (const day of ['05', '10', '10', '20']) {
      later(`2026-03-${day}T08:00:00Z`);
      await sell(t, t.a.id, { price: `${Number(day) * 31}.00` });
    }
    later('2026-06-01T00:00:00Z');
    await t.bus.call(changeTenantPlan, { tenantId: t.a.id, planId: first.id }, staff());
    expect(linesOf(await draft(t, t.a.id, '2026-01-01', '2026-02-01'))).toEqual([
      ['base', '2026-01-01', '2026-02-01', '31', '31.00', '31.00'],
    ]);
    expect(linesOf(await draft(t, t.a.id, '2026-03-01', '2026-04-01'))).toEqual([
      ['base', '2026-03-01', '2026-03-05', '4', '31.00', '4.00'],
      ['base', '2026-03-05', '2026-03-10', '5', '155.00', '25.00'],
      ['base', '2026-03-10', '2026-03-20', '10', '310.00', '100.00'],
      ['base', '2026-03-20', '2026-04-01', '12', '620.00', '240.00'],
    ]);
  });

  it('counts what does not add up once while its price stays, and by its share of the days when it changes', async () => {
    await sell(t, t.a.id, { unitPrices: { seats: '10.00', peak: '3.00' } });
    await meterOf(t.a, { key: 'seats', aggregation: 'unique', valueProperty: 'userId' });
    await meterOf(t.a, { key: 'peak', aggregation: 'max' });
    later('2026-04-16T00:00:00Z');
    await sell(t, t.a.id, { unitPrices: { seats: '10.00', peak: '6.00' } });
    later('2026-05-01T00:00:00Z');
    await record(
      t.a,
      call('1', '2026-04-02T00:00:00Z', { meter: 'seats', value: 1, userId: 'ada' }),
      call('2', '2026-04-20T00:00:00Z', { meter: 'seats', value: 1, userId: 'ada' }),
      call('3', '2026-04-02T00:00:00Z', { meter: 'peak', value: 8 }),
      call('4', '2026-04-20T00:00:00Z', { meter: 'peak', value: 5 }),
    );
    expect(linesOf(await draft(t, t.a.id, '2026-04-01', '2026-05-01'))).toEqual([
      ['usage', '2026-04-01', '2026-04-16', '8', '3.00', '12.00'],
      ['usage', '2026-04-16', '2026-05-01', '5', '6.00', '15.00'],
      ['usage', '2026-04-01', '2026-05-01', '1', '10.00', '10.00'],
    ]);
  });

  it('has one currency: days in another are drawn up on their own', async () => {
    await sell(t, t.a.id, { price: '30.00' });
    later('2026-04-16T00:00:00Z');
    await sell(t, t.a.id, { price: '30.00', currency: 'EUR' });
    await expect(draft(t, t.a.id, '2026-04-01', '2026-05-01')).rejects.toBeFault('conflict', { field: 'to' });
    expect(await draft(t, t.a.id, '2026-04-01', '2026-04-16')).toMatchObject({ total: '15.00', currency: 'USD' });
    expect(await draft(t, t.a.id, '2026-04-16', '2026-05-01')).toMatchObject({ total: '15.00', currency: 'EUR' });
  });

  it('charges nothing after the plan has ended, and again from the day on which staff give one', async () => {
    await sell(t, t.a.id, { price: '30.00' });
    later('2026-04-16T00:00:00Z');
    await t.a.call(cancelSubscription, {});
    later('2026-05-10T00:00:00Z');
    expect(await open(t, t.a.id, '2026-04-01', '2026-05-01')).toMatchObject({ total: '30.00' });
    await sell(t, t.a.id, { price: '62.00' });
    expect(linesOf(await draft(t, t.a.id, '2026-05-01', '2026-06-01'))).toEqual([
      ['base', '2026-05-10', '2026-06-01', '22', '62.00', '44.00'],
    ]);
  });
});
