import { getUsage, listMeters, type UsageEvent } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { billingOnRealPostgres } from '../billing.fixture.js';
import type { Meter } from '../meters/meter.js';
import { readEvents } from './usage-event.js';
import { insertEvents } from './usage-event.table.js';
import { meterOf, record, total, untilBlocked, usage } from './usage.fixture.js';

const at = (hoursAgo: number): Date => new Date(Date.now() - hoursAgo * 3_600_000);

describe('Corrections and cancellations', () => {
  const t = billingOnRealPostgres();
  beforeEach(async () => {
    const shared = { eventType: 'call', groupBy: ['model'] };
    await meterOf(t.a, { key: 'calls', aggregation: 'count', ...shared });
    await meterOf(t.a, { key: 'tokens', valueProperty: 'tokens', ...shared });
    await meterOf(t.a, { key: 'largest', aggregation: 'max', valueProperty: 'tokens', ...shared });
    await meterOf(t.a, { key: 'newest', aggregation: 'last', valueProperty: 'tokens', ...shared });
    await meterOf(t.a, { key: 'users', aggregation: 'unique', valueProperty: 'userId', ...shared });
  });

  const call = (id: string, tokens: number, more: Partial<UsageEvent> = {}): UsageEvent =>
    usage(id, { type: 'call', userId: 'ada', properties: { tokens, model: 'm' }, ...more });
  const all = async (): Promise<number[]> => {
    const keys = ['calls', 'tokens', 'largest', 'newest', 'users'];
    return Promise.all(keys.map((key) => total(t.a, key)));
  };
  const cancel = (id: string, cancels: string): UsageEvent => usage(id, { type: 'call', cancels });

  it('replace an event in every meter that counted it', async () => {
    await record(t.a, call('1', 10, { time: at(3) }), call('2', 30, { time: at(2), userId: 'bob' }));
    expect(await all()).toEqual([2, 40, 30, 30, 2]);
    await record(t.a, call('3', 5, { corrects: '2' }));
    expect(await all()).toEqual([2, 15, 10, 5, 1]);
  });

  it('take an event out of every meter that counted it, as if it had never come', async () => {
    await record(t.a, call('1', 10, { time: at(3) }), call('2', 30, { time: at(3), userId: 'bob' }));
    await record(t.a, cancel('3', '2'));
    expect(await all()).toEqual([1, 10, 10, 10, 1]);
    await record(t.a, cancel('4', '1'));
    expect(await all()).toEqual([0, 0, 0, 0, 0]);
  });

  it('count when their original did, and in the group that they name', async () => {
    await record(t.a, call('1', 10, { time: at(30 * 24) }));
    await record(t.a, call('2', 7, { corrects: '1', properties: { tokens: 7, model: 'other' } }));
    const { data } = await t.a.call(getUsage, {
      meter: 'tokens',
      from: at(31 * 24),
      to: at(29 * 24),
      groupBy: ['model'],
    });
    expect(data.map(({ group, value }) => [group, value])).toEqual([[{ model: 'other' }, 7]]);
  });

  it('are corrected in turn, each event once', async () => {
    await record(t.a, call('1', 10));
    await record(t.a, call('2', 20, { corrects: '1' }));
    await record(t.a, call('3', 30, { corrects: '2' }));
    expect(await total(t.a, 'tokens')).toBe(30);
    await expect(record(t.a, call('4', 40, { corrects: '1' }))).rejects.toBeFault('conflict', {
      field: 'events[0].corrects',
    });
    await expect(record(t.a, cancel('5', '2'))).rejects.toBeFault('conflict', { field: 'events[0].cancels' });
    expect(await total(t.a, 'tokens')).toBe(30);
  });

  it('count once when they come again', async () => {
    await record(t.a, call('1', 10));
    const correction = call('2', 20, { corrects: '1' });
    await record(t.a, correction);
    expect(await record(t.a, correction)).toEqual({ recorded: 0, duplicates: 1 });
    expect(await all()).toEqual([1, 20, 20, 20, 1]);
  });

  it('leave one of two that come at the same time', async () => {
    await record(t.a, call('1', 10));
    const tries = await Promise.allSettled([record(t.a, cancel('2', '1')), record(t.a, cancel('3', '1'))]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await all()).toEqual([0, 0, 0, 0, 0]);
  });

  it('agree with the ledger when others add to the same hour meanwhile', async () => {
    const time = at(2);
    await record(t.a, ...Array.from({ length: 20 }, (_, i) => call(`o${i}`, 1, { time })));
    await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => record(t.a, cancel(`c${i}`, `o${i}`))),
      ...Array.from({ length: 20 }, (_, i) => record(t.a, call(`n${i}`, 2, { time, userId: 'ada' }))),
    ]);
    expect(await all()).toEqual([20, 40, 2, 2, 1]);
  });

  it('wait for whoever is adding to the hour that they count anew', async () => {
    const time = at(2);
    await record(t.a, call('old', 1, { time }));
    const [ctx, gate, added] = [testContext(t.a.id), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const meters = (await t.a.call(listMeters, {})).data as readonly Meter[];
    const adding = t.doors.tenants.transaction(ctx, async (tx) => {
      const now = new Date();
      await insertEvents(
        tx,
        { id: newId(), recordedAt: now, timeZone: 'UTC' },
        readEvents([call('new', 5, { time })], meters, now),
      );
      added.resolve();
      await gate.promise;
    });
    await added.promise;
    const cancelling = record(t.a, cancel('gone', 'old'));
    await untilBlocked(t).finally(() => gate.resolve());
    await Promise.all([adding, cancelling]);
    expect(await all()).toEqual([1, 5, 5, 5, 1]);
  });

  it('count on the meters of their original, whatever they name', async () => {
    await record(t.a, usage('1', { meter: 'calls', userId: 'ada' }));
    await record(t.a, call('2', 7, { corrects: '1' }));
    expect(await all()).toEqual([1, 0, 0, 0, 0]);
  });

  it('are refused for a cancellation, another type and another tenant’s event', async () => {
    await meterOf(t.a, { key: 'other' });
    await meterOf(t.b, { key: 'call', aggregation: 'count' });
    await record(t.a, call('1', 10));
    await record(t.a, cancel('2', '1'));
    const refused = [cancel('3', '2'), usage('4', { meter: 'other', value: 1, corrects: '1' })];
    for (const event of refused) await expect(record(t.a, event)).rejects.toBeFault('invalid-input');
    await expect(record(t.b, usage('5', { type: 'call', cancels: '1' }))).rejects.toBeFault('invalid-input', {
      field: 'events[0].cancels',
    });
  });
});
