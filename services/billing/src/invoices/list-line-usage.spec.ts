import {
  finalizeInvoice as finalize,
  listLineUsage,
  traceUsageEvent,
  voidInvoice,
  type Invoice,
  type LineUsage,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { billingOnRealPostgres, staff } from '../billing.fixture.js';
import type { Meter } from '../meters/meter.js';
import { readEvents } from '../usage/usage-event.js';
import { insertEvents } from '../usage/usage-event.table.js';
import { meterOf, record, usage } from '../usage/usage.fixture.js';
import { draft, open, sell, SetClock } from './invoices.fixture.js';

describe('The events behind a line', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(async () => {
    clock.at = new Date('2026-03-01T00:00:00Z');
    for (const tenant of [t.a, t.b]) {
      t.bus.announce(tenant.id, { timeZone: 'Asia/Kolkata' });
      await sell(t, tenant.id, { unitPrices: { tokens: '0.01', calls: '1.00', users: '5.00' } });
      await meterOf(tenant, { key: 'tokens', eventType: 'call', valueProperty: 'tokens' });
      await meterOf(tenant, { key: 'calls', eventType: 'call', aggregation: 'count' });
      await meterOf(tenant, { key: 'users', eventType: 'call', aggregation: 'unique', valueProperty: 'userId' });
    }
    clock.at = new Date('2026-04-01T00:00:00Z');
  });
  const call = (id: string, time: string, tokens: number, more: object = {}) =>
    usage(id, { type: 'call', time: new Date(time), userId: 'ada', properties: { tokens }, ...more });
  const correct = (id: string, corrects: string, tokens: number) =>
    usage(id, { type: 'call', corrects, userId: 'bob', properties: { tokens } });
  const march = (): Promise<Invoice> => open(t, t.a.id, '2026-03-01', '2026-04-01');
  const lineOf = ({ lines }: Invoice, key: string) => lines.find(({ meterKey }) => meterKey === key)!;
  const behind = async (invoice: Invoice, key: string): Promise<LineUsage[]> =>
    (await t.a.call(listLineUsage, { invoiceId: invoice.id, lineId: lineOf(invoice, key).id, limit: 200 })).data;
  const idsBehind = async (invoice: Invoice, key: string) => (await behind(invoice, key)).map(({ event }) => event.id);

  it('are those of its days that its meter counted, and add up to what it charges', async () => {
    await record(
      t.a,
      call('midnight before', '2026-02-28T18:29:59Z', 1_000),
      call('first', '2026-02-28T18:30:00Z', 100.5),
      usage('tokens only', { meter: 'tokens', time: new Date('2026-03-05T00:00:00Z'), properties: { tokens: 20 } }),
      call('last', '2026-03-31T18:29:59Z', 3),
      call('midnight after', '2026-03-31T18:30:00Z', 1_000),
    );
    await record(t.b, call('first', '2026-03-02T00:00:00Z', 77));
    const invoice = await march();
    const found = await behind(invoice, 'tokens');
    expect(found.map(({ event, quantity }) => [event.id, quantity])).toEqual([
      ['first', '100.5'],
      ['tokens only', '20'],
      ['last', '3'],
    ]);
    expect(lineOf(invoice, 'tokens').quantity).toBe('123.5');
    expect((await behind(invoice, 'calls')).map(({ event, quantity }) => [event.id, quantity])).toEqual([
      ['first', '1'],
      ['last', '1'],
    ]);
    expect((await behind(invoice, 'users')).map(({ quantity }) => quantity)).toEqual([null, null]);
    expect(found[0]!.event).toMatchObject({ type: 'call', userId: 'ada', properties: { tokens: 100.5 } });
  });

  it('stay what they were: later events, corrections and cancellations are on no line of before', async () => {
    await record(t.a, call('1', '2026-03-02T00:00:00Z', 10), call('2', '2026-03-03T00:00:00Z', 20));
    await record(t.a, correct('2b', '2', 25), call('3', '2026-03-04T00:00:00Z', 30));
    await record(t.a, usage('3x', { type: 'call', cancels: '3' }));
    const invoice = await march();
    const asDrawnUp = await behind(invoice, 'tokens');
    expect(asDrawnUp.map(({ event, quantity }) => [event.id, event.supersedes, quantity])).toEqual([
      ['1', null, '10'],
      ['2b', '2', '25'],
    ]);
    await record(t.a, call('late', '2026-03-05T00:00:00Z', 99), correct('1b', '1', 11), correct('2c', '2b', 26));
    expect(await behind(invoice, 'tokens')).toEqual(asDrawnUp);
    const trace = await t.a.call(traceUsageEvent, { type: 'call', id: '1' });
    expect(trace).toMatchObject({ supersededBy: '1b', lines: [{ invoiceId: invoice.id }, {}, {}] });
    expect((await t.a.call(traceUsageEvent, { type: 'call', id: 'late' })).lines).toEqual([]);
    await t.bus.call(voidInvoice, { tenantId: t.a.id, invoiceId: invoice.id }, staff());
    const again = await march();
    expect(await idsBehind(again, 'tokens')).toEqual(['1b', '2c', 'late']);
    expect(await idsBehind(invoice, 'tokens')).toEqual(['1', '2b']);
  });

  it('leave out what was recorded before the invoice by the clock and after it by commit', async () => {
    const [meter] = [await meterOf(t.a, { key: 'slow' })] as readonly [Meter];
    await sell(t, t.a.id, { unitPrices: { slow: '1.00' } });
    clock.at = new Date('2026-05-01T00:00:00Z');
    await record(t.a, usage('quick', { meter: 'slow', value: 1, time: new Date('2026-04-10T00:00:00Z') }));
    const [gate, written] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = t.doors.tenants.transaction(testContext(t.a.id), async (tx) => {
      const event = usage('slow', { meter: 'slow', value: 1, time: new Date('2026-04-11T00:00:00Z') });
      const batch = { id: newId(), recordedAt: new Date('2026-04-30T00:00:00Z'), timeZone: 'Asia/Kolkata' };
      await insertEvents(tx, batch, readEvents([event], [meter], clock.at));
      written.resolve();
      await gate.promise;
    });
    await written.promise;
    const april = await draft(t, t.a.id, '2026-04-01', '2026-05-01').finally(() => gate.resolve());
    await slow;
    const invoice = await t.bus.call(finalize, { tenantId: t.a.id, invoiceId: april.id }, staff());
    expect(lineOf(invoice, 'slow').quantity).toBe('1');
    expect(await idsBehind(invoice, 'slow')).toEqual(['quick']);
  });

  it('are traced back to the lines that counted them, in every period and meter', async () => {
    await record(t.a, call('one', '2026-03-02T00:00:00Z', 10));
    await record(t.b, call('one', '2026-03-02T00:00:00Z', 10));
    const invoice = await march();
    const { event, supersededBy, lines } = await t.a.call(traceUsageEvent, { type: 'call', id: 'one' });
    expect([event.id, supersededBy]).toEqual(['one', null]);
    expect(lines.map(({ invoiceNumber, invoiceStatus }) => [invoiceNumber, invoiceStatus])).toEqual(
      Array(3).fill([1n, 'open']),
    );
    expect(lines.map(({ line }) => line)).toEqual(expect.arrayContaining(invoice.lines));
    expect((await t.b.call(traceUsageEvent, { type: 'call', id: 'one' })).lines).toEqual([]);
  });

  it('are given page by page, those of one moment too, without gaps or repetition', async () => {
    const events = Array.from({ length: 25 }, (_, i) => call(`e${i}`, `2026-03-0${1 + (i % 3)}T10:00:00Z`, 1));
    await record(t.a, ...events);
    const invoice = await march();
    const name = { invoiceId: invoice.id, lineId: lineOf(invoice, 'tokens').id };
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await t.a.call(listLineUsage, { ...name, limit: 4, cursor });
      seen.push(...page.data.map(({ event }) => event.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(await idsBehind(invoice, 'tokens'));
    expect(seen.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
  });

  it('are their tenant’s alone, and nobody’s while the invoice is a draft', async () => {
    await record(t.a, call('one', '2026-03-02T00:00:00Z', 10));
    const drawn = await draft(t, t.a.id, '2026-03-01', '2026-04-01');
    const name = { invoiceId: drawn.id, lineId: lineOf(drawn, 'tokens').id };
    await expect(t.a.call(listLineUsage, name)).rejects.toBeFault('not-found');
    expect((await t.a.call(traceUsageEvent, { type: 'call', id: 'one' })).lines).toEqual([]);
    await t.bus.call(finalize, { tenantId: t.a.id, invoiceId: drawn.id }, staff());
    expect((await t.a.call(listLineUsage, name)).data).toHaveLength(1);
    await expect(t.b.call(listLineUsage, name)).rejects.toBeFault('not-found');
    await expect(t.b.call(traceUsageEvent, { type: 'call', id: 'one' })).rejects.toBeFault('not-found');
    await expect(t.a.call(listLineUsage, { ...name, lineId: newId() })).rejects.toBeFault('not-found');
  });
});
