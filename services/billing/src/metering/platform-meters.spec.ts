import { CompletionEnded, DataSize, getUsage, recordDataSizes } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { billingOnRealPostgres } from '../billing.fixture.js';
import { meterOf } from '../usage/usage.fixture.js';
import { INPUT_TOKENS, OUTPUT_TOKENS, ROWS, STORAGE_BYTES } from './platform-usage.js';

const range = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') };

describe('What the platform counts itself', () => {
  const t = billingOnRealPostgres();
  const data = testContext(PLATFORM_TENANT_ID, {
    actor: { kind: 'service', id: 'data', role: null },
    permissions: [],
  });
  const sizes = (at: string, tenants: readonly (readonly [string, bigint, bigint])[], issuer = 'data') => {
    const said = tenants.map(([tenantId, rows, bytes]) => Object.assign(new DataSize(), { tenantId, rows, bytes }));
    return t.bus.call(recordDataSizes, { countedAt: new Date(at), tenants: said }, data, { issuer });
  };
  const used = async (tenant: typeof t.a, meter: string, more: object = {}) =>
    (await tenant.call(getUsage, { meter, ...range, ...more })).data.map(({ value, group }) => ({ value, group }));
  const total = async (tenant: typeof t.a, meter: string): Promise<number | undefined> =>
    (await used(tenant, meter))[0]?.value;

  const ended = (more: Partial<CompletionEnded> = {}) =>
    new CompletionEnded({
      ...{ completionId: newId(), agentId: null, model: 'small-1', state: 'completed' },
      ...{ inputTokens: 10, outputTokens: 3, estimated: false, cost: '0.01' },
      ...more,
    });
  const facts = { occurredAt: new Date('2026-03-01T10:00:00Z') };
  /** Each delivery is an event of its own, whatever it is about. */
  const count = (...calls: readonly (readonly [typeof t.a, CompletionEnded])[]) =>
    t.bus.deliverBatch(
      'billing.tokens',
      calls.map(([{ id }, event]) => ({ tenantId: id, facts, event, id: newId() })),
    );

  it('has rows and bytes of each tenant by the hour, and the largest of a longer time', async () => {
    await sizes('2026-03-01T08:00:01Z', [
      [t.a.id, 5n, 500n],
      [t.b.id, 1n, 9n],
    ]);
    await sizes('2026-03-01T09:00:01Z', [[t.a.id, 2n, 200n]]);
    expect([await total(t.a, ROWS), await total(t.a, STORAGE_BYTES)]).toEqual([5, 500]);
    expect([await total(t.b, ROWS), await total(t.b, STORAGE_BYTES)]).toEqual([1, 9]);
    expect((await used(t.a, ROWS, { window: 'hour' })).map(({ value }) => value)).toEqual([5, 2]);
  });

  it('counts an hour once: what is said first of it stays, whoever reports at the same time', async () => {
    await sizes('2026-03-01T08:10:00Z', [[t.a.id, 5n, 500n]]);
    await Promise.all([1, 2, 3].map(() => sizes('2026-03-01T08:50:00Z', [[t.a.id, 900n, 900n]])));
    expect([await total(t.a, ROWS), await total(t.a, STORAGE_BYTES)]).toEqual([5, 500]);
    const said = (await t.outbox()).filter(({ type }) => type === 'UsageRecorded');
    expect(said).toMatchObject([{ tenantId: PLATFORM_TENANT_ID, count: 2 }]);
  });

  it('takes sizes from the data service alone, and leaves out whom the registry does not know', async () => {
    await expect(sizes('2026-03-01T08:00:00Z', [[t.a.id, 1n, 1n]], 'billing')).rejects.toThrow();
    await sizes('2026-03-01T08:00:00Z', [
      [newId(), 7n, 7n],
      [t.a.id, 1n, 1n],
    ]);
    expect(await total(t.a, ROWS)).toBe(1);
  });

  it('has the tokens of models of each tenant, by agent and model, also when they come in one batch', async () => {
    const agentId = newId();
    await count(
      [t.a, ended({ agentId })],
      [t.b, ended({ outputTokens: 0 })],
      [t.a, ended({ agentId, model: 'large-1', inputTokens: 100 })],
      [t.a, ended({ inputTokens: 1, outputTokens: 1 })],
    );
    expect([await total(t.a, INPUT_TOKENS), await total(t.a, OUTPUT_TOKENS)]).toEqual([111, 7]);
    expect([await total(t.b, INPUT_TOKENS), await total(t.b, OUTPUT_TOKENS)]).toEqual([10, 0]);
    const groups = await used(t.a, INPUT_TOKENS, { groupBy: ['agentId', 'model'] });
    expect(groups).toHaveLength(3);
    expect(groups).toContainEqual({ value: 100, group: { agentId, model: 'large-1' } });
    expect(groups).toContainEqual({ value: 1, group: { agentId: null, model: 'small-1' } });
    const said = (await t.outbox()).filter(({ type }) => type === 'UsageRecorded');
    expect(said.map(({ tenantId, count: calls }) => [tenantId, calls]).toSorted()).toEqual(
      [
        [t.a.id, 3],
        [t.b.id, 1],
      ].toSorted(),
    );
  });

  it('counts a call to a model once for good, in one batch, in another, and from many at the same time', async () => {
    const event = ended();
    await count([t.a, event], [t.a, event]);
    await Promise.all([1, 2, 3].map(() => count([t.a, event])));
    expect(await total(t.a, INPUT_TOKENS)).toBe(10);
    expect((await t.outbox()).filter(({ type }) => type === 'UsageRecorded')).toMatchObject([{ count: 1 }]);
  });

  it('needs no meter for a call that used nothing', async () => {
    await count([t.a, ended({ state: 'failed', inputTokens: 0, outputTokens: 0 })]);
    expect(await t.a.count('billing.usage_event')).toBe(0);
  });

  it('leaves a tenant all of the meters that it may have', async () => {
    await sizes('2026-03-01T08:00:00Z', [[t.a.id, 1n, 1n]]);
    await t.database.admin(
      `insert into billing.meter select $1, uuidv7(), 'own' || n, 'count', 'own' || n, null, '{}', null, now() from generate_series(1, 199) n`,
      [t.a.id],
    );
    await meterOf(t.a, { key: 'last' });
    await expect(meterOf(t.a, { key: 'tooMany' })).rejects.toBeFault('conflict');
  });
});
