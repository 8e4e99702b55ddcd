import {
  callAgentTool,
  getAgentSpend,
  issueAgentToken,
  publishPriceBook,
  type AgentSpend,
  type GetAgentSpendRequest,
} from '@tenantry/contracts';
import { formatNanos, newId, parseNanos, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { asAgent, include, join, liveAgent } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';
import { WebhookFixture } from '../guardrail-webhooks/webhook.fixture.js';

/** A call as the one who made it knows it. */
interface Made {
  readonly agent: string | null;
  readonly user: string | null;
  readonly model: string;
  readonly location: string | null;
  readonly tools: readonly string[];
  readonly nanos: bigint;
}

const price = (model: string, output: string) => ({
  ...{ model, provider: 'local', upstreamModel: 'local-rules', contextTokens: 10_000, maxOutputTokens: 1_000 },
  ...{ input: '0.15', cachedInput: null, output, fallbacks: [] },
});
const tool = (name: string) => ({
  type: 'function',
  function: { name, description: name, parameters: { type: 'object', properties: {} } },
});

describe('What agents spend', () => {
  const endpoint = new WebhookFixture();
  const f = new CompletionsFixture({ clock: endpoint.clock });
  const { t } = f;
  const [harbour, market] = [newId(), newId()];
  /** The same person in both tenants. */
  const ann = newId();
  let ofA: Made[];
  let ofB: Made[];

  beforeAll(async () => {
    const staff = { actor: { kind: 'user', id: PLATFORM_TENANT_ID, role: 'super_admin' } } as const;
    const models = [price('small', '0.60'), price('large', '15.00')];
    await t.bus.call(publishPriceBook, { models }, testContext(PLATFORM_TENANT_ID, staff));
  });
  beforeEach(async () => {
    ofA = await spendIn(t.a);
    ofB = await spendIn(t.b);
  });

  /** Somebody's agent, with a token for a place. */
  async function agentOf(tenant: TestTenant, userId: string, locationId?: string): Promise<Partial<TenantContext>> {
    include(t, tenant.id, ['models', 'tools']);
    const tools = [{ name: 'list_meters', needsApproval: false }];
    const permissions = ['agents.complete', 'agents.call', 'meters.read'];
    const { id: agentId } = await liveAgent(t, tenant, {
      model: 'small',
      fallbackModels: ['large'],
      permissions,
      tools,
    });
    const request = { agentId, audiences: ['api', 'completions'], permissions, locationId };
    return asAgent(await tenant.call(issueAgentToken, request, join(t, tenant.id, 'owner', userId)));
  }

  async function ask(
    tenant: TestTenant,
    who: Partial<TenantContext>,
    model: string,
    tools: string[] = [],
  ): Promise<Made> {
    const [named] = tools;
    const question = named ? `Please ${named}` : '[[tokens 20]]';
    const answer = await f.ask(tenant, question, { model, tools: tools.map(tool) }, who);
    const { agentId: agent = null, locationId: location = null } = who;
    const user = who.onBehalfOf ?? (who.actor!.kind === 'user' ? who.actor!.id : null);
    const wanted = (answer.choices[0]!.message.tool_calls ?? []).map((one) => one.function.name);
    return { agent, user, model, location, tools: wanted, nanos: parseNanos(answer.tenantry.cost, 'cost') };
  }

  /** Two agents at two places, a member alone, and a program of nobody's. */
  async function spendIn(tenant: TestTenant): Promise<Made[]> {
    await f.budget(tenant);
    const [clerk, scout] = [await agentOf(tenant, ann, harbour), await agentOf(tenant, newId(), market)];
    const alone = join(t, tenant.id, 'owner', ann);
    const program = { actor: { kind: 'key', id: newId(), role: 'secret_key' } } as const;
    return [
      ...[await ask(tenant, clerk, 'small'), await ask(tenant, clerk, 'large'), await ask(tenant, scout, 'large')],
      ...[await ask(tenant, alone, 'small'), await ask(tenant, program, 'small')],
    ];
  }

  const spend = (tenant: TestTenant, request: Partial<GetAgentSpendRequest>): Promise<AgentSpend> =>
    tenant.call(getAgentSpend, request);

  /** What the calls that were made cost by something, as the answer should have it. */
  function linesOf(made: readonly Made[], by: 'agent' | 'user' | 'model' | 'location') {
    const keys = [...new Set(made.map((one) => one[by]))];
    return keys.map((key) => {
      const calls = made.filter((one) => one[by] === key);
      return { key, calls: BigInt(calls.length), cost: sum(calls) };
    });
  }
  const sum = (made: readonly Made[]): string => formatNanos(made.reduce((nanos, one) => nanos + one.nanos, 0n));
  const facts = ({ data }: AgentSpend) => data.map(({ key, calls, cost }) => ({ key, calls, cost }));

  it.each(['agent', 'user', 'model', 'location'] as const)('is told by %s, of each tenant its own', async (by) => {
    const [a, b] = [await spend(t.a, { by }), await spend(t.b, { by })];
    expect(new Set(facts(a))).toEqual(new Set(linesOf(ofA, by)));
    expect(new Set(facts(b))).toEqual(new Set(linesOf(ofB, by)));
    expect([a.cost, b.cost]).toEqual([sum(ofA), sum(ofB)]);
    expect(a.cost).toBe(await f.costOfCalls(t.a));
  });

  it('names for location the place of the token, and nothing for who acted nowhere', async () => {
    const { data } = await spend(t.a, { by: 'location' });
    expect(new Set(data.map(({ key }) => key ?? null))).toEqual(new Set([harbour, market, null]));
    expect(data.find(({ key }) => key === harbour)).toMatchObject({ calls: 2n });
    expect(data.find(({ key }) => key === market)).toMatchObject({ calls: 1n });
  });

  it('is told by tool: of a call what its answer wants called, of the others nothing', async () => {
    const clerk = await agentOf(t.a, ann, harbour);
    const weather = await ask(t.a, clerk, 'small', ['look_up_weather']);
    const tides = [
      await ask(t.a, clerk, 'small', ['look_up_tides']),
      await ask(t.a, clerk, 'large', ['look_up_tides']),
    ];
    expect([weather.tools, tides[0]!.tools]).toEqual([['look_up_weather'], ['look_up_tides']]);
    const told = await spend(t.a, { by: 'tool' });
    expect(new Set(facts(told))).toEqual(
      new Set([
        { key: 'look_up_weather', calls: 1n, cost: sum([weather]) },
        { key: 'look_up_tides', calls: 2n, cost: sum(tides) },
        { key: null, calls: 5n, cost: sum(ofA) },
      ]),
    );
    expect(facts(await spend(t.b, { by: 'tool' }))).toEqual([{ key: null, calls: 5n, cost: sum(ofB) }]);
  });

  it('has what endpoints of guardrails cost for a tool at its agent’s place, on whose behalf it acted, and for no model', async () => {
    const clerk = await agentOf(t.a, ann, harbour);
    const before = new Map(linesOf(ofA, 'location').map(({ key, cost }) => [key, cost]));
    await endpoint.put(t.a, { cost: '0.01', stages: ['tool-arguments'] });
    await t.a.call(callAgentTool, { name: 'list_meters', arguments: {} }, clerk);
    const line = async (by: string, key: string | null) =>
      (await spend(t.a, { by })).data.find((one) => (one.key ?? null) === key);
    const dearer = (cost: string | undefined): string => formatNanos(parseNanos(cost!, 'cost') + 10_000_000n);
    expect(await line('location', harbour)).toMatchObject({ calls: 2n, cost: dearer(before.get(harbour)) });
    expect(await line('location', market)).toMatchObject({ cost: before.get(market) });
    const ofAnn = sum(ofA.filter(({ user }) => user === ann));
    expect(await line('user', ann)).toMatchObject({ calls: 3n, cost: dearer(ofAnn) });
    expect(await line('agent', clerk.agentId!)).toMatchObject({ calls: 0n, cost: '0.01' });
    expect(await line('tool', 'list_meters')).toMatchObject({ calls: 0n, cost: '0.01' });
    expect(await line('model', null)).toMatchObject({ calls: 0n, cost: '0.01' });
    expect((await spend(t.b, { by: 'location' })).cost).toBe(sum(ofB));
  });

  it('gives the dearest lines that were asked for, and the sum of all', async () => {
    const { data, cost } = await spend(t.a, { by: 'model', limit: 1 });
    const dearest = linesOf(ofA, 'model').find(({ key }) => key === 'large')!;
    expect(data).toMatchObject([dearest]);
    expect(cost).toBe(sum(ofA));
  });

  it('is that of calls that ended in the span, its beginning included and its end not', async () => {
    const [{ at }] = (await t.database.admin<{ at: Date }>(
      `update agents.completion set ended_at = date_trunc('second', ended_at) - interval '20 days'
       where tenant_id = $1 and model = 'large' returning ended_at as at`,
      [t.a.id],
    )) as [{ at: Date }];
    const later = new Date(at.getTime() + 1);
    const large = ofA.filter(({ model }) => model === 'large');
    expect((await spend(t.a, { by: 'model', from: at, to: later })).cost).toBe(sum(large));
    expect((await spend(t.a, { by: 'model', from: new Date(at.getTime() - 1), to: at })).data).toEqual([]);
    expect((await spend(t.a, { by: 'model', from: later })).cost).toBe(sum(ofA.filter((one) => !large.includes(one))));
  });

  it('needs the permission to see agents', async () => {
    const refused = t.a.call(getAgentSpend, { by: 'location' }, { permissions: ['rows.read'] });
    await expect(refused).rejects.toBeFault('forbidden');
  });
});
