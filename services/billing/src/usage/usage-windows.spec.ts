import { getUsage, type GetUsageRequest } from '@tenantry/contracts';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { SetClock } from '../invoices/invoices.fixture.js';
import { meterOf, record, usage, type Caller } from './usage.fixture.js';

const at = (time: string): Date => new Date(`2026-05-${time}Z`);

describe('Windows of usage', () => {
  const clock = new SetClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(() => {
    clock.at = at('20T12:00:00');
  });
  const windows = async (request: Partial<GetUsageRequest>, tenant: Caller = t.a): Promise<unknown[]> => {
    const { data } = await tenant.call(getUsage, { meter: 'tokens', ...request });
    return data.map(({ start, group, value }) => [start.toISOString().slice(5, 16), group, value]);
  };
  const minutes = { window: 'minute', from: at('20T10:00:30'), to: at('20T10:10:00') };
  const event = (id: string, time: string, n: number, model = 'm') =>
    usage(id, { type: 'tokens', time: at(time), properties: { n, model, who: `u${n}` } });

  it.each([
    ['sum', [6, 5]],
    ['count', [3, 1]],
    ['max', [3, 5]],
    ['last', [2, 5]],
    ['unique', [3, 1]],
  ])('of a minute are told for the kind %s, of their tenant alone', async (aggregation, [first, second]) => {
    const valueProperty = aggregation === 'count' ? null : aggregation === 'unique' ? 'who' : 'n';
    for (const tenant of [t.a, t.b]) await meterOf(tenant, { key: 'tokens', aggregation, valueProperty });
    await record(t.a, event('1', '20T10:00:01', 1), event('3', '20T10:00:20', 3), event('2', '20T10:00:59', 2));
    await record(t.a, event('4', '20T10:09:59', 5), event('5', '20T10:10:00', 7), event('6', '20T09:59:59', 9));
    await record(t.b, event('1', '20T10:00:01', 50));
    expect(await windows(minutes)).toEqual([
      ['05-20T10:00', {}, first],
      ['05-20T10:09', {}, second],
    ]);
  });

  it('of a minute follow corrections and cancellations, and add up to their hour', async () => {
    await meterOf(t.a, { key: 'tokens', valueProperty: 'n', groupBy: ['model'] });
    await record(t.a, event('1', '20T10:01:00', 10), event('2', '20T10:01:30', 20), event('3', '20T10:05:00', 40));
    await record(t.a, usage('2x', { type: 'tokens', corrects: '2', properties: { n: 5, model: 'other' } }));
    await record(t.a, usage('3x', { type: 'tokens', cancels: '3' }));
    expect(await windows({ ...minutes, groupBy: ['model'] })).toEqual([
      ['05-20T10:01', { model: 'm' }, 10],
      ['05-20T10:01', { model: 'other' }, 5],
    ]);
    expect(await windows({ ...minutes, window: 'hour' })).toEqual([['05-20T10:00', {}, 15]]);
  });

  it('of a minute count on the meters that an event names, not on all of its type', async () => {
    await meterOf(t.a, { key: 'tokens', valueProperty: 'n' });
    await meterOf(t.a, { key: 'calls', eventType: 'tokens', aggregation: 'count' });
    await record(t.a, usage('1', { meter: 'calls', time: at('20T10:01:00') }), event('2', '20T10:01:00', 5));
    expect(await windows(minutes)).toEqual([['05-20T10:01', {}, 5]]);
    expect(await windows({ ...minutes, meter: 'calls' })).toEqual([['05-20T10:01', {}, 2]]);
  });

  it('of a minute are the last hour’s unless it is said, and at most a day’s', async () => {
    await meterOf(t.a, { key: 'tokens', valueProperty: 'n' });
    await record(t.a, event('1', '20T10:59:59', 1), event('2', '20T11:00:00', 2), event('3', '20T11:59:59', 4));
    expect(await windows({ window: 'minute' })).toEqual([
      ['05-20T11:00', {}, 2],
      ['05-20T11:59', {}, 4],
    ]);
    const day = { window: 'minute', from: at('19T12:00:00'), to: at('20T12:00:00') };
    expect(await windows(day)).toHaveLength(3);
    const longer = windows({ ...day, from: at('19T11:59:59') });
    await expect(longer).rejects.toBeFault('invalid-input', { field: 'from' });
  });

  it('of a minute are given page by page without gaps or repetition', async () => {
    await meterOf(t.a, { key: 'tokens', valueProperty: 'n', groupBy: ['model'] });
    const events = Array.from({ length: 12 }, (_, i) => event(`${i}`, `20T10:0${i % 6}:00`, 1, `m${i % 2}`));
    await record(t.a, ...events, event('same', '20T10:03:30', 1, 'm1'));
    const question = { ...minutes, meter: 'tokens', groupBy: ['model'] };
    const paged: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await t.a.call(getUsage, { ...question, limit: 2, cursor });
      paged.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual((await t.a.call(getUsage, question)).data);
    expect(paged).toHaveLength(6);
  });

  it('of a billing period are months of the tenant’s time zone', async () => {
    t.bus.announce(t.a.id, { timeZone: 'Asia/Kolkata' });
    await meterOf(t.a, { key: 'tokens', valueProperty: 'n' });
    await record(t.a, event('1', '01T00:00:00', 1), event('2', '19T18:30:00', 2));
    clock.at = new Date('2026-06-02T00:00:00Z');
    await record(t.a, event('3', '31T18:29:59', 4), event('4', '31T18:30:00', 8));
    const range = { from: at('01T00:00:00'), to: new Date('2026-06-02T00:00:00Z') };
    const said = [
      ['04-30T18:30', {}, 7],
      ['05-31T18:30', {}, 8],
    ];
    expect(await windows({ ...range, window: 'billing_period' })).toEqual(said);
    expect(await windows({ ...range, window: 'month' })).toEqual(said);
  });
});
