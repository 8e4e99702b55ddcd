import { checkUsage, getUsage, overrideEntitlement, type GetUsageRequest } from '@tenantry/contracts';
import { Clock } from '@tenantry/kernel';
import { activate, billingOnRealPostgres, relayEntitlements, staff } from '../billing.fixture.js';
import { meterOf, record, usage } from './usage.fixture.js';

/** Half an hour after midnight in Kolkata (UTC+5:30), on the first day of a month there. */
const NOW = new Date('2026-05-31T19:00:00Z');

class StoppedClock extends Clock {
  offsetMs = NOW.getTime() - Date.now();
  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}

describe('Usage', () => {
  const t = billingOnRealPostgres();
  const windows = async (request: Partial<GetUsageRequest>): Promise<unknown[]> => {
    const { data } = await t.a.call(getUsage, { meter: 'tokens', ...request });
    return data.map(({ start, group, value }) => [start.toISOString(), group, value]);
  };
  /** One hour for the whole suite, also when the next one begins meanwhile. */
  const thisHourMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const hour = (hoursAgo: number): Date => new Date(thisHourMs - hoursAgo * 3_600_000);

  it('is told by window and group, the oldest first, and without empty windows', async () => {
    await meterOf(t.a, { key: 'tokens', groupBy: ['model', 'userId'] });
    const event = (id: string, hoursAgo: number, model: string | null, value: number) =>
      usage(id, { meter: 'tokens', time: hour(hoursAgo), value, userId: 'ada', properties: model ? { model } : {} });
    await record(t.a, event('1', 5, 'x', 1), event('2', 5, 'y', 2), event('3', 3, 'x', 4), event('4', 3, null, 8));
    const range = { from: hour(6), to: hour(1) };
    expect(await windows({ ...range, window: 'hour' })).toEqual([
      [hour(5).toISOString(), {}, 3],
      [hour(3).toISOString(), {}, 12],
    ]);
    expect(await windows({ ...range, groupBy: ['model'] })).toEqual(
      expect.arrayContaining([
        [hour(6).toISOString(), { model: 'x' }, 5],
        [hour(6).toISOString(), { model: 'y' }, 2],
        [hour(6).toISOString(), { model: null }, 8],
      ]),
    );
    expect(await windows({ from: hour(4), to: hour(3) })).toEqual([]);
  });

  it.each([
    ['count', 3],
    ['max', 7],
    ['last', 2],
    ['unique', 2],
    ['sum', 10],
  ])('of the kind %s is put together from hours rightly', async (aggregation, value) => {
    const valueProperty = aggregation === 'count' ? null : aggregation === 'unique' ? 'who' : 'n';
    await meterOf(t.a, { key: 'tokens', aggregation, valueProperty });
    const event = (id: string, hoursAgo: number, n: number, who: string) =>
      usage(id, { type: 'tokens', time: hour(hoursAgo), properties: { n, who } });
    await record(t.a, event('1', 2, 2, 'ada'), event('2', 9, 7, 'bob'));
    await record(t.a, event('3', 4, 1, 'ada'));
    expect(await windows({ from: hour(10) })).toEqual([[hour(10).toISOString(), {}, value]]);
  });

  it('of the kind last is the newest event’s, in whatever order they come', async () => {
    await meterOf(t.a, { key: 'tokens', aggregation: 'last' });
    const minutesInto = (minutes: number): Date => new Date(hour(2).getTime() + minutes * 60_000);
    for (const [minutes, newest] of [
      [20, 20],
      [10, 20],
      [30, 30],
      [25, 30],
    ] as const) {
      await record(t.a, usage(`${minutes}`, { meter: 'tokens', value: minutes, time: minutesInto(minutes) }));
      expect(await windows({ from: hour(3) })).toEqual([[hour(3).toISOString(), {}, newest]]);
    }
  });

  it('is given page by page without gaps or repetition', async () => {
    await meterOf(t.a, { key: 'tokens', groupBy: ['userId'] });
    const events = Array.from({ length: 12 }, (_, i) =>
      usage(`${i}`, { meter: 'tokens', time: hour(i % 4), value: 1, userId: `u${i % 3}` }),
    );
    await record(t.a, ...events);
    const question = { meter: 'tokens', from: hour(8), window: 'hour', groupBy: ['userId'] };
    const everything = (await t.a.call(getUsage, question)).data;
    const paged = [];
    let cursor: string | null | undefined;
    do {
      const page = await t.a.call(getUsage, { ...question, limit: 5, cursor });
      paged.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    expect(everything).toHaveLength(12);
    expect(paged).toEqual(everything);
  });

  it('refuses what can not be asked, naming it', async () => {
    await meterOf(t.a, { key: 'tokens', groupBy: ['model'] });
    const ask = (more: Partial<GetUsageRequest>) => t.a.call(getUsage, { meter: 'tokens', ...more });
    await expect(ask({ groupBy: ['userId'] })).rejects.toBeFault('invalid-input', { field: 'groupBy' });
    await expect(ask({ from: hour(1), to: hour(2) })).rejects.toBeFault('invalid-input', { field: 'from' });
    await expect(ask({ window: 'year' })).rejects.toBeFault('invalid-input', { field: 'window' });
    await expect(ask({ meter: 'nobody' })).rejects.toBeFault('invalid-input', { field: 'meter' });
    await expect(t.b.call(getUsage, { meter: 'tokens' })).rejects.toBeFault('invalid-input', { field: 'meter' });
    await expect(ask({ cursor: 'x' })).rejects.toBeFault('invalid-cursor');
  });
});

describe('The cap of a month', () => {
  const clock = new StoppedClock();
  const t = billingOnRealPostgres({ clock });
  beforeEach(async () => {
    clock.offsetMs = NOW.getTime() - Date.now();
    t.bus.announce(t.a.id, { timeZone: 'Asia/Kolkata' });
    await activate(t, t.a.id);
    await relayEntitlements(t);
    await meterOf(t.a, { key: 'projects', aggregation: 'sum' });
  });
  const used = (id: string, value: number, time: Date) => record(t.a, usage(id, { meter: 'projects', value, time }));
  const check = (amount?: number) => t.a.call(checkUsage, { meter: 'projects', amount });

  it('allows exactly what is left, in decimals without error', async () => {
    await used('1', 49.9, clock.now());
    await used('2', 0.05, clock.now());
    expect(await check(0.05)).toMatchObject({ allowed: true, used: 49.95, limit: 50, remaining: 0.05 });
    expect((await check(0.050_000_001)).allowed).toBe(false);
    expect((await check()).allowed).toBe(false);
  });

  it('is counted in the month of the tenant’s time zone', async () => {
    await used('before', 40, new Date('2026-05-31T18:29:59Z'));
    await used('after', 3, new Date('2026-05-31T18:30:00Z'));
    expect(await check()).toEqual({
      allowed: true,
      used: 3,
      limit: 50,
      remaining: 47,
      resetsAt: new Date('2026-06-30T18:30:00Z'),
    });
  });

  it('begins anew at midnight there, also when the clocks change meanwhile', async () => {
    clock.offsetMs = Date.parse('2026-03-15T12:00:00Z') - Date.now();
    t.bus.announce(t.a.id, { timeZone: 'America/New_York' });
    await used('before', 40, new Date('2026-03-01T04:59:59Z'));
    await used('after', 3, new Date('2026-03-01T05:00:00Z'));
    expect(await check()).toMatchObject({ used: 3, resetsAt: new Date('2026-04-01T04:00:00Z') });
  });

  it('follows what staff give and take', async () => {
    const override = async (wish: object): Promise<void> => {
      const request = { tenantId: t.a.id, feature: 'projects', reason: 'pilot', ...wish };
      await t.bus.call(overrideEntitlement, request, staff());
      await relayEntitlements(t);
    };
    await override({ limit: 60 });
    expect(await check(60)).toMatchObject({ allowed: true, limit: 60 });
    await override({ enabled: false });
    expect(await check(1)).toMatchObject({ allowed: false, limit: 0 });
  });

  it('is none for a meter that the plan does not name', async () => {
    await meterOf(t.a, { key: 'free' });
    expect(await t.a.call(checkUsage, { meter: 'free', amount: 1e12 })).toMatchObject({
      allowed: true,
      limit: null,
      remaining: null,
    });
  });

  it('compares the largest and the newest value instead of adding to them', async () => {
    await t.bus.call(overrideEntitlement, { tenantId: t.a.id, feature: 'seats', limit: 10, reason: 'plan' }, staff());
    await relayEntitlements(t);
    await meterOf(t.a, { key: 'seats', aggregation: 'last' });
    await record(t.a, usage('1', { meter: 'seats', value: 9, time: clock.now() }));
    expect(await t.a.call(checkUsage, { meter: 'seats', amount: 10 })).toMatchObject({ allowed: true, used: 9 });
    expect((await t.a.call(checkUsage, { meter: 'seats', amount: 11 })).allowed).toBe(false);
  });

  it('refuses a bad amount or meter, naming it, and is each tenant’s own', async () => {
    await expect(check(-1)).rejects.toBeFault('invalid-input', { field: 'amount' });
    await expect(check(1e-10)).rejects.toBeFault('invalid-input', { field: 'amount' });
    await expect(t.a.call(checkUsage, { meter: 'nobody' })).rejects.toBeFault('invalid-input', { field: 'meter' });
    await expect(t.b.call(checkUsage, { meter: 'projects' })).rejects.toBeFault('invalid-input', { field: 'meter' });
  });
});
