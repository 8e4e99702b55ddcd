import {
  CloudEvent,
  getUsage,
  listMeters,
  recordUsage,
  traceUsageEvent,
  type RecordUsageResponse,
} from '@tenantry/contracts';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { meterOf, record, total, usage, type Caller } from './usage.fixture.js';

describe('CloudEvents as usage', () => {
  const t = billingOnRealPostgres();
  beforeEach(async () => {
    await meterOf(t.a, { key: 'tokens', eventType: 'llm.call', valueProperty: 'tokens', groupBy: ['userId', 'model'] });
    await meterOf(t.a, { key: 'calls', eventType: 'llm.call', aggregation: 'count', groupBy: ['agentId'] });
  });
  const event = (id: string, more: Partial<CloudEvent> = {}): CloudEvent =>
    Object.assign(new CloudEvent(), {
      ...{ specversion: '1.0', id, source: '/inference', type: 'llm.call' },
      ...{ subject: 'ada', data: { tokens: 10, model: 'm' }, ...more },
    });
  const send = (tenant: Caller, ...cloudEvents: CloudEvent[]): Promise<RecordUsageResponse> =>
    tenant.call(recordUsage, { events: [], cloudEvents });
  const groups = async (meter: string, groupBy: string[]): Promise<unknown[]> =>
    (await t.a.call(getUsage, { meter, groupBy })).data.map(({ group, value }) => [group, value]);

  it('count on every meter of their type, by subject, agent and data, for their tenant alone', async () => {
    await meterOf(t.b, { key: 'calls', eventType: 'llm.call', aggregation: 'count' });
    await send(t.a, event('1'), event('2', { data: { tokens: 2.5, model: 'm', agentId: 'scribe', userId: 'bob' } }));
    expect(await groups('tokens', ['userId', 'model'])).toEqual(
      expect.arrayContaining([
        [{ userId: 'ada', model: 'm' }, 10],
        [{ userId: 'bob', model: 'm' }, 2.5],
      ]),
    );
    expect(await groups('calls', ['agentId'])).toEqual(
      expect.arrayContaining([
        [{ agentId: null }, 1],
        [{ agentId: 'scribe' }, 1],
      ]),
    );
    expect(await total(t.b, 'calls')).toBe(0);
  });

  it('give a meter of values the number named value', async () => {
    await meterOf(t.a, { key: 'bytes' });
    await meterOf(t.a, { key: 'same', eventType: 'bytes', valueProperty: 'value' });
    await send(t.a, event('1', { type: 'bytes', data: { value: 0.25 } }));
    expect([await total(t.a, 'bytes'), await total(t.a, 'same')]).toEqual([0.25, 0.25]);
  });

  it('count once for a source and id, for good, and again for another source', async () => {
    expect(await send(t.a, event('1'), event('1'))).toEqual({ recorded: 1, duplicates: 1 });
    expect(await send(t.a, event('1'), event('1', { source: '/batch' }))).toEqual({ recorded: 1, duplicates: 1 });
    await record(t.a, usage('1', { type: 'llm.call', properties: { tokens: 1 } }));
    expect([await total(t.a, 'tokens'), await total(t.a, 'calls')]).toEqual([21, 3]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(t.a, event('2'), event('3'))));
    expect(answers.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(2);
    expect(await total(t.a, 'calls')).toBe(5);
  });

  it('are refused under a source and id of other content or another type, in one request, later and at the same time', async () => {
    await meterOf(t.a, { key: 'other', aggregation: 'count' });
    const other = event('1', { type: 'other' });
    const reused = { field: 'cloudEvents[1].id' };
    await expect(send(t.a, event('1'), other)).rejects.toBeFault('usage-id-reused', reused);
    expect(await t.a.count('billing.usage_event')).toBe(0);
    await send(t.a, event('1'));
    await expect(send(t.a, event('2'), other)).rejects.toBeFault('usage-id-reused', reused);
    const changed = event('1', { data: { tokens: 11 } });
    await expect(send(t.a, event('2'), changed)).rejects.toBeFault('usage-id-reused', reused);
    const tries = await Promise.allSettled([event('x'), event('x', { type: 'other' })].map((one) => send(t.a, one)));
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await t.a.count('billing.usage_event')).toBe(2);
  });

  it('are corrected and cancelled within their source', async () => {
    await send(t.a, event('1'), event('1', { source: '/batch' }));
    await send(t.a, event('1b', { corrects: '1', data: { tokens: 4 } }));
    expect(await total(t.a, 'tokens')).toBe(14);
    await send(t.a, event('1c', { cancels: '1b', subject: null, data: null }));
    expect([await total(t.a, 'tokens'), await total(t.a, 'calls')]).toEqual([10, 1]);
    const unknown = event('2', { source: '/batch', cancels: '1b', subject: null, data: null });
    await expect(send(t.a, unknown)).rejects.toBeFault('invalid-input', { field: 'cloudEvents[0].cancels' });
  });

  it('are traced by their source and id, and not without the source', async () => {
    await send(t.a, event('1'));
    await send(t.a, event('1b', { corrects: '1', data: { tokens: 4 } }));
    const name = { type: 'llm.call', id: '1', source: '/inference' };
    expect(await t.a.call(traceUsageEvent, name)).toMatchObject({ event: name, supersededBy: '1b' });
    expect((await t.a.call(traceUsageEvent, { ...name, id: '1b' })).event).toMatchObject({ supersedes: '1' });
    const bare = { type: 'llm.call', id: '1' };
    await expect(t.a.call(traceUsageEvent, bare)).rejects.toBeFault('not-found');
    await expect(t.b.call(traceUsageEvent, name)).rejects.toBeFault('not-found');
  });

  it('come with other events, all or none, and each is named in its own list and words', async () => {
    const both = (cloud: CloudEvent) =>
      t.a.call(recordUsage, { events: [usage('1', { meter: 'calls' })], cloudEvents: [cloud] });
    await expect(both(event('2', { type: 'nobody' }))).rejects.toBeFault('invalid-input', {
      field: 'cloudEvents[0].type',
    });
    expect(await t.a.count('billing.usage_event')).toBe(0);
    expect(await both(event('2'))).toEqual({ recorded: 2, duplicates: 0 });
  });

  it.each<[string, Partial<CloudEvent>]>([
    ['data.tokens', { data: { tokens: -1 } }],
    ['data.tokens', { data: { model: 'm' } }],
    ['data.value', { data: { tokens: 1, value: 1e-10 } }],
    ['data.agentId', { data: { tokens: 1, agentId: 7 } }],
    ['data.userId', { data: { tokens: 1, userId: '' } }],
    ['data.list', { data: { tokens: 1, list: [] } }],
    ['data', { data: { tokens: 1, text: 'x'.repeat(5_000) } }],
    ['time', { time: new Date(Date.now() + 3_600_000) }],
    ['type', { type: 'platform.apiCalls' }],
  ])('are refused with a bad %s, and nothing of the request is kept', async (field, more) => {
    const refusal = send(t.a, event('1'), event('2', more));
    await expect(refusal).rejects.toBeFault('invalid-input', { field: `cloudEvents[1].${field}` });
    expect(await t.a.count('billing.usage_event')).toBe(0);
  });

  it('are at most 1,000 together with others, and at least one', async () => {
    const many = Array.from({ length: 600 }, (_, i) => event(`${i}`));
    const others = many.slice(0, 401).map(({ id }) => usage(id, { meter: 'calls' }));
    const wanted = { field: 'events' };
    const tooMany = t.a.call(recordUsage, { events: others, cloudEvents: many });
    await expect(tooMany).rejects.toBeFault('invalid-input', wanted);
    await expect(send(t.a)).rejects.toBeFault('invalid-input', wanted);
    expect((await t.a.call(listMeters, {})).data).toHaveLength(2);
    expect(await t.a.count('billing.usage_event')).toBe(0);
  });
});
