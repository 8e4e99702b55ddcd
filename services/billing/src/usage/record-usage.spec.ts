import { archiveMeter, recordUsage, trackUsage, type UsageEvent } from '@tenantry/contracts';
import { sql } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { billingOnRealPostgres } from '../billing.fixture.js';
import type { Meter } from '../meters/meter.js';
import { readEvents } from './usage-event.js';
import { insertEvents } from './usage-event.table.js';
import { meterOf, record, total, untilBlocked, usage } from './usage.fixture.js';

const DAY_MS = 86_400_000;
const ago = (ms: number): Date => new Date(Date.now() - ms);

describe('Recording usage', () => {
  const t = billingOnRealPostgres();

  it('counts for the tenant that reports it and for no other', async () => {
    await meterOf(t.a, { key: 'tokens' });
    await meterOf(t.b, { key: 'tokens' });
    await record(t.a, usage('1', { meter: 'tokens', value: 5 }), usage('2', { meter: 'tokens', value: 0.25 }));
    await record(t.b, usage('1', { meter: 'tokens', value: 7 }));
    expect([await total(t.a, 'tokens'), await total(t.b, 'tokens')]).toEqual([5.25, 7]);
  });

  it('counts an id once, for good: in one request, in a later one, and in many at the same time', async () => {
    await meterOf(t.a, { key: 'tokens' });
    const event = usage('same', { meter: 'tokens', value: 5 });
    expect(await record(t.a, event, event)).toEqual({ recorded: 1, duplicates: 1 });
    expect(await record(t.a, event)).toEqual({ recorded: 0, duplicates: 1 });
    const batch = Array.from({ length: 50 }, (_, i) => usage(`n${i}`, { meter: 'tokens', value: 1 }));
    const answers = await Promise.all(
      [batch, batch.toReversed(), batch, batch.toReversed()].map((events) => record(t.a, ...events)),
    );
    expect(answers.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(50);
    expect(await total(t.a, 'tokens')).toBe(55);
    expect(await t.a.count('billing.usage_event')).toBe(51);
  });

  it('lets requests that overlap wait for each other, never in a circle', async () => {
    const meters = [await meterOf(t.a, { key: 'tokens' })] as readonly Meter[];
    const [one, two] = ['1', '2'].map((id) => usage(id, { meter: 'tokens', value: 1 }));
    const [gate, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = t.doors.tenants.transaction(testContext(t.a.id), async (tx) => {
      const now = new Date();
      const insert = (event: UsageEvent) =>
        insertEvents(tx, { id: newId(), recordedAt: now, timeZone: 'UTC' }, readEvents([event], meters, now));
      await insert(one!);
      begun.resolve();
      await gate.promise;
      await insert(two!);
    });
    await begun.promise;
    const second = record(t.a, two!, one!);
    await untilBlocked(t).finally(() => gate.resolve());
    expect((await Promise.all([first, second]))[1]).toEqual({ recorded: 0, duplicates: 2 });
    expect(await total(t.a, 'tokens')).toBe(2);
  });

  it('refuses an id that was used for something else, naming the event, and keeps nothing of the request', async () => {
    await meterOf(t.a, { key: 'tokens' });
    await record(t.a, usage('x', { meter: 'tokens', value: 5 }));
    const other = usage('x', { meter: 'tokens', value: 6 });
    const fresh = usage('y', { meter: 'tokens', value: 1 });
    await expect(record(t.a, fresh, other)).rejects.toBeFault('usage-id-reused', { field: 'events[1].id' });
    await expect(
      record(t.a, usage('z', { meter: 'tokens', value: 1 }), usage('z', { meter: 'tokens', value: 2 })),
    ).rejects.toBeFault('usage-id-reused', { field: 'events[1].id' });
    expect(await total(t.a, 'tokens')).toBe(5);
    expect((await t.outbox()).filter(({ type }) => type === 'UsageRecorded')).toHaveLength(1);
  });

  it('counts an event on the one meter it names, or on all meters of its type', async () => {
    await meterOf(t.a, { key: 'calls', aggregation: 'count', eventType: 'call' });
    await meterOf(t.a, { key: 'tokens', eventType: 'call', valueProperty: 'tokens' });
    await record(t.a, usage('1', { type: 'call', properties: { tokens: 12.5 } }));
    await record(t.a, usage('2', { meter: 'calls' }));
    expect([await total(t.a, 'calls'), await total(t.a, 'tokens')]).toEqual([2, 12.5]);
  });

  it('leaves a batch’s count and digest in the audit log, the same for the same events, and nothing for duplicates', async () => {
    await meterOf(t.a, { key: 'tokens' });
    await meterOf(t.b, { key: 'tokens' });
    const events = [usage('1', { meter: 'tokens', value: 1 }), usage('2', { meter: 'tokens', value: 2 })];
    await record(t.a, ...events);
    await record(t.a, ...events);
    await record(t.b, ...events.toReversed());
    const said = (await t.outbox()).filter(({ type }) => type === 'UsageRecorded');
    expect(said.map(({ tenantId, count, changes }) => [tenantId, count, changes])).toEqual([
      [t.a.id, 2, []],
      [t.b.id, 2, []],
    ]);
    expect(said[0]!['digest']).toBe(said[1]!['digest']);
  });

  it('adds to a ledger that it can neither change nor shorten', async () => {
    await meterOf(t.a, { key: 'tokens' });
    await record(t.a, usage('1', { meter: 'tokens', value: 1 }));
    for (const statement of [sql`update billing.usage_event set value = 0`, sql`delete from billing.usage_event`]) {
      const change = t.doors.tenants.transaction(testContext(t.a.id), (tx) => tx.execute(statement));
      await expect(change).rejects.toBeFault('forbidden');
    }
    expect(await t.a.count('billing.usage_event')).toBe(1);
  });

  it.each<[string, Partial<UsageEvent>]>([
    ['value', { value: -1 }],
    ['value', { value: 1e13 }],
    ['value', { value: 1e-10 }],
    ['value', { value: 0.1234567891 }],
    ['value', { value: 123_456_789_012.123_456_789 }],
    ['value', {}],
    ['time', { value: 1, time: ago(-3_600_000) }],
    ['time', { value: 1, time: ago(35 * DAY_MS + 1_000) }],
    ['meter', { value: 1, meter: 'nobody' }],
    ['type', { value: 1, meter: undefined, type: 'nobody' }],
    ['meter', { value: 1, type: 'tokens' }],
    ['meter', { value: 1, meter: undefined }],
    ['properties.x', { value: 1, properties: { x: [1] } }],
    ['properties.userId', { value: 1, properties: { userId: 'u' } }],
    ['properties.model', { value: 1, properties: { model: 'm'.repeat(101) } }],
    ['properties', { value: 1, properties: { x: 'x'.repeat(5_000) } }],
    ['cancels', { corrects: 'a', cancels: 'b' }],
    ['corrects', { value: 1, corrects: 'nobody' }],
    ['cancels', { cancels: 'nobody' }],
  ])('refuses a bad %s: %p, and changes nothing', async (field, more) => {
    await meterOf(t.a, { key: 'tokens', groupBy: ['model'] });
    const good = usage('good', { meter: 'tokens', value: 1 });
    await expect(record(t.a, good, usage('bad', { meter: 'tokens', ...more }))).rejects.toBeFault('invalid-input', {
      field: `events[1].${field}`,
    });
    expect(await t.a.count('billing.usage_event')).toBe(0);
    expect(await t.a.count('billing.usage_hour')).toBe(0);
  });

  it.each([
    ['not a number', '{"events":[{"id":"1","meter":"tokens","value":NaN}]}'],
    ['infinite', '{"events":[{"id":"1","meter":"tokens","value":1e999}]}'],
    ['text', '{"events":[{"id":"1","meter":"tokens","value":"5"}]}'],
    ['nothing', '{"events":[]}'],
    [
      'too many',
      JSON.stringify({ events: Array.from({ length: 1_001 }, (_, i) => ({ id: `${i}`, meter: 'tokens', value: 1 })) }),
    ],
  ])('refuses what is %s', async (_what, payload) => {
    await meterOf(t.a, { key: 'tokens' });
    const reply = await t.bus.send(recordUsage, payload, testContext(t.a.id));
    expect(['malformed-request', 'invalid-input']).toContain(reply.fault?.reason);
    expect(await t.a.count('billing.usage_event')).toBe(0);
  });

  it('names every wrong event at once', async () => {
    await meterOf(t.a, { key: 'tokens' });
    const refusal = record(t.a, usage('1', { meter: 'tokens', value: -1 }), usage('2', { meter: 'nobody' }));
    await expect(refusal).rejects.toMatchObject({
      errors: [{ field: 'events[0].value' }, { field: 'events[1].meter' }],
    });
  });

  it('takes a thousand events at once, also an event of 34 days ago', async () => {
    await meterOf(t.a, { key: 'tokens' });
    const events = Array.from({ length: 1_000 }, (_, i) =>
      usage(`${i}`, { meter: 'tokens', value: 1, time: ago((i % 34) * DAY_MS) }),
    );
    expect(await record(t.a, ...events)).toEqual({ recorded: 1_000, duplicates: 0 });
    expect(await total(t.a, 'tokens')).toBe(1_000);
  });

  it('is not for a meter of another tenant, nor for one that was archived', async () => {
    const meter = await meterOf(t.b, { key: 'secret' });
    await expect(record(t.a, usage('1', { meter: meter.id, value: 1 }))).rejects.toBeFault('invalid-input', {
      field: 'events[0].meter',
    });
    await t.b.call(archiveMeter, { meter: meter.id });
    await expect(record(t.b, usage('1', { meter: meter.id, value: 1 }))).rejects.toBeFault('invalid-input');
  });

  it('tracks one event under the other names, once for each id', async () => {
    const { id: meter_id } = await meterOf(t.a, { key: 'tokens', groupBy: ['userId'] });
    const request = { meter_id, user_id: 'u1', event_value: 3, id: 'e1', properties: {} };
    expect(await t.a.call(trackUsage, request)).toEqual({ id: 'e1', duplicate: false });
    expect(await t.a.call(trackUsage, request)).toEqual({ id: 'e1', duplicate: true });
    await t.a.call(trackUsage, { meter_id });
    expect(await total(t.a, 'tokens')).toBe(4);
    await expect(t.a.call(trackUsage, { meter_id, event_value: -1 })).rejects.toBeFault('invalid-input', {
      field: 'event_value',
    });
    await expect(t.a.call(trackUsage, { meter_id: newId() })).rejects.toBeFault('invalid-input', { field: 'meter_id' });
  });

  it('needs the permission', async () => {
    await meterOf(t.a, { key: 'tokens' });
    const events = [usage('1', { meter: 'tokens', value: 1 })];
    await expect(t.a.call(recordUsage, { events }, { permissions: ['usage.read'] })).rejects.toBeFault('forbidden');
  });
});
