import {
  AgentToolCalled,
  BudgetThresholdReached,
  CompletionEnded,
  getAgentSpend,
  getPlatformAgents,
  listAgentEvents,
  streamAgentEvents,
  type Operation,
} from '@tenantry/contracts';
import { fromFaultMessage, newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { member, newAgent } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

const CONSUMER = 'agents.events';

interface Sent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** What a reader of a stream has seen. */
class Reader {
  readonly events: Sent[] = [];
  fault: unknown = null;
  isOver = false;

  constructor(private readonly body: AsyncIterable<Uint8Array>) {}

  async read(until = Number.POSITIVE_INFINITY): Promise<void> {
    try {
      for await (const piece of this.body) {
        const said = Buffer.from(piece)
          .toString()
          .split('\n\n')
          .filter((text) => text.startsWith('id:'));
        this.events.push(...said.map(parse));
        if (this.events.length >= until) break;
      }
    } catch (error) {
      this.fault = error;
    }
    this.isOver = true;
  }
}

function parse(text: string): Sent {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return {
    id: fields.get('id')!,
    event: fields.get('event')!,
    data: JSON.parse(fields.get('data')!) as Record<string, unknown>,
  };
}

describe('Events of agents', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  const called = (agentId: string, tool = 'list_meters') =>
    new AgentToolCalled({ agentId, tokenId: newId(), tool, outcome: 'ok', durationMs: 1 });
  const tell = (tenant: TestTenant, ...events: object[]) =>
    t.bus.deliverBatch(
      CONSUMER,
      events.map((event) => ({ event, tenantId: tenant.id })),
    );
  const open = async (tenant: TestTenant, query: object = {}, facts: Partial<TenantContext> = {}): Promise<Reader> => {
    const reply = await t.bus.send(
      streamAgentEvents as Operation,
      JSON.stringify(query),
      testContext(tenant.id, facts),
    );
    if (reply.fault) throw fromFaultMessage(reply.fault);
    return new Reader(reply.body!);
  };

  it('are numbered in their tenant without gaps, once each, and listed by whom and what they are about', async () => {
    const [agent, run, who] = [newId(), newId(), newId()];
    const id = newId();
    const actor = { kind: 'user', id: who, role: null };
    const facts = { meta: { actor, onBehalfOf: null } as never };
    const ended = new CompletionEnded({
      completionId: run,
      model: 'm',
      state: 'completed',
      cost: '0.01',
      runId: run,
      inputTokens: 1,
      outputTokens: 1,
      estimated: false,
    });
    await t.bus.deliverBatch(CONSUMER, [{ event: ended, tenantId: t.a.id, id, facts }]);
    await t.bus.deliverBatch(CONSUMER, [{ event: ended, tenantId: t.a.id, id, facts }]);
    await tell(t.a, called(agent), called(agent));
    await tell(t.b, called(newId()));
    const { data } = await t.a.call(listAgentEvents, {});
    expect(data.map(({ position, type }) => [position, type])).toEqual([
      ...[
        [3n, 'AgentToolCalled'],
        [2n, 'AgentToolCalled'],
        [1n, 'CompletionEnded'],
      ],
    ]);
    expect(data[2]).toMatchObject({ id, runId: run, userId: who, data: { cost: '0.01' } });
    for (const filter of [{ agentId: agent, limit: 5 }, { type: 'AgentToolCalled' }])
      expect((await t.a.call(listAgentEvents, filter)).data).toHaveLength(2);
    for (const filter of [{ userId: who }, { runId: run }])
      expect((await t.a.call(listAgentEvents, filter)).data).toHaveLength(1);
    const first = await t.a.call(listAgentEvents, { limit: 2 });
    expect((await t.a.call(listAgentEvents, { limit: 2, cursor: first.nextCursor })).data).toHaveLength(1);
    expect((await t.b.call(listAgentEvents, {})).data).toMatchObject([{ position: 1n }]);
  });

  it('have the thresholds that budgets reached', async () => {
    const event = new BudgetThresholdReached({
      budgetId: newId(),
      name: 'Everything',
      percent: 80,
      spent: '0.8',
      limit: '1',
      currency: 'USD',
      periodStartsAt: '2026-01-01T00:00:00Z',
    });
    await t.bus.deliverBatch('agents.budget-events', [{ event, tenantId: t.a.id }]);
    expect((await t.a.call(listAgentEvents, {})).data).toMatchObject([
      { type: 'BudgetThresholdReached', data: { percent: 80 } },
    ]);
    expect(await t.b.call(listAgentEvents, {})).toBeEmptyPage();
  });

  it('are streamed as they happen, to their own tenant alone, and filtered', async () => {
    const agent = newId();
    await tell(t.a, called(newId(), 'before'));
    const [all, one, other] = [await open(t.a), await open(t.a, { agentId: agent }), await open(t.b)];
    const reading = [all.read(2), one.read(1), other.read(1)];
    await tell(t.a, called(newId(), 'first'));
    await tell(t.a, called(agent, 'second'));
    await Promise.all(reading.slice(0, 2));
    expect(all.events.map(({ id, data }) => [id, (data.data as { tool: string }).tool])).toEqual([
      ['2', 'first'],
      ['3', 'second'],
    ]);
    expect(one.events).toMatchObject([{ id: '3', event: 'AgentToolCalled', data: { agentId: agent } }]);
    await tell(t.b, called(newId(), 'theirs'));
    await reading[2];
    expect(other.events).toMatchObject([{ id: '1', data: { data: { tool: 'theirs' } } }]);
  });

  it('go on behind the last one that a reader saw, however many there were meanwhile', async () => {
    const many = Array.from({ length: 250 }, (_, index) => called(newId(), `tool_${index}`));
    await tell(t.a, ...many);
    const reader = await open(t.a, { lastEventId: '7' });
    await reader.read(243);
    expect(reader.events.map(({ id }) => Number(id))).toEqual(Array.from({ length: 243 }, (_, index) => index + 8));
    expect(await open(t.a, { lastEventId: '-1' }).catch((error: unknown) => error)).toBeFault('invalid-input');
  });

  it('are no longer streamed once the tenant is suspended or the credential revoked', async () => {
    const credentialId = newId();
    const [suspended, revoked, going] = [await open(t.a), await open(t.b, {}, { credentialId }), await open(t.b)];
    const reading = [suspended.read(), revoked.read()];
    const goes = going.read(1);
    t.bus.announce(t.a.id, { status: 'suspended' });
    t.bus.directories.revocations.put(credentialId, {
      version: 1,
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    await Promise.all(reading);
    expect([suspended.fault, revoked.fault]).toEqual([expect.any(Error), expect.any(Error)]);
    await tell(t.b, called(newId()));
    await goes;
    expect(going.events).toHaveLength(1);
    t.bus.announce(t.a.id);
  });

  it('need the permission to see agents', async () => {
    await expect(open(t.a, {}, { permissions: ['rows.read'] })).rejects.toBeFault('forbidden');
    await expect(t.a.call(listAgentEvents, {}, { permissions: ['rows.read'] })).rejects.toBeFault('forbidden');
  });

  it('say who spent what: by user, model and tool, where an answer that wants two tools is shared among them', async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    const [ann, ben] = [member(), member()];
    await f.ask(t.a, 'Hello', {}, ann);
    await f.ask(t.a, 'Hello there', {}, ben);
    await f.ask(t.b, 'Hello', {}, ann);
    const costs = await t.database.admin<{ cost: string }>(
      `update agents.completion set cost_nanos = 1001, tools = array['one', 'two'] where tenant_id = $1 and actor_id = $2 returning cost_nanos::text as cost`,
      [t.a.id, ann.actor!.id],
    );
    expect(costs).toHaveLength(1);
    const spend = (by: string) => t.a.call(getAgentSpend, { by });
    const total = await f.costOfCalls(t.a);
    for (const by of ['agent', 'user', 'model', 'tool', 'location']) expect((await spend(by)).cost).toBe(total);
    const users = (await spend('user')).data;
    expect(new Set(users.map(({ key }) => key))).toEqual(new Set([ann.actor!.id, ben.actor!.id]));
    const tools = Object.fromEntries((await spend('tool')).data.map(({ key, cost }) => [key ?? 'none', cost]));
    expect(tools).toMatchObject({ one: '0.000000501', two: '0.0000005' });
    expect((await spend('model')).data).toMatchObject([{ key: 'local-rules', calls: 2n }]);
    await expect(t.a.call(getAgentSpend, { by: 'user', from: new Date('2001-01-01') })).rejects.toBeFault(
      'invalid-input',
      { field: 'from' },
    );
  });

  it('are counted over all tenants for the platform’s staff, and for nobody else', async () => {
    await Promise.all([f.budget(t.a), f.budget(t.b)]);
    await newAgent(t.a);
    await f.ask(t.a, 'Hello');
    await f.ask(t.a, 'Hello');
    await f.ask(t.b, 'Hello');
    const staff = testContext(PLATFORM_TENANT_ID, {
      actor: { kind: 'user', id: newId(), role: 'viewer' },
    });
    const overview = await t.bus.call(getPlatformAgents, {}, staff);
    const mine = overview.data.filter(({ tenantId }) => [t.a.id, t.b.id].includes(tenantId));
    expect(mine).toMatchObject([
      { tenantId: t.a.id, calls: 2n, agents: 1 },
      { tenantId: t.b.id, calls: 1n, agents: 0 },
    ]);
    expect(overview.calls).toBeGreaterThanOrEqual(3n);
    await expect(t.a.call(getPlatformAgents, {})).rejects.toBeInstanceOf(Error);
  });
});
