import {
  callAgentTool,
  getAgentRun,
  getAgentSpend,
  getAgentTokenBudget,
  issueAgentToken,
  listGuardrailDecisions,
  mcp,
  type CallAgentToolResponse,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { asAgent, include, join, liveAgent } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';
import { WebhookFixture } from './webhook.fixture.js';

const SSN = '123-45-6789';

describe('Endpoints of a team’s own, about tools that agents call without a completion', () => {
  const endpoint = new WebhookFixture();
  const f = new CompletionsFixture({ clock: endpoint.clock });
  const { t } = f;
  beforeEach(() => {
    f.services.calls.length = 0;
    f.services.answer = {};
    for (const { id } of [t.a, t.b]) include(t, id, ['models', 'tools']);
  });

  const agentOf = async (
    tenant: TestTenant,
    more: { readonly budget?: string; readonly needsApproval?: boolean } = {},
  ): Promise<Partial<TenantContext>> => {
    const tools = [{ name: 'list_meters', needsApproval: more.needsApproval ?? false }];
    const permissions = ['agents.complete', 'agents.call', 'meters.read'];
    const { id: agentId } = await liveAgent(t, tenant, { model: 'local-rules', permissions, tools });
    const wish = { agentId, audiences: ['api', 'mcp', 'completions'], permissions };
    const budget = more.budget === undefined ? {} : { budget: more.budget };
    const owner = join(t, tenant.id);
    return asAgent(await tenant.call(issueAgentToken, { ...wish, ...budget }, owner));
  };
  const call = (
    tenant: TestTenant,
    who: Partial<TenantContext>,
    given: object = { limit: 2 },
    more: object = {},
  ): Promise<CallAgentToolResponse> =>
    tenant.call(callAgentTool, { name: 'list_meters', arguments: given, ...more } as never, who);
  const answers = (value: unknown) => {
    f.services.answer = { payload: Buffer.from(JSON.stringify(value)) };
  };
  /** A request that is made now, by the clock that was hurried. */
  const later = (): Partial<TenantContext> => {
    const { request } = testContext(t.a.id);
    return { request: { ...request, deadlineAtMs: endpoint.clock.now().getTime() + 10_000 } };
  };
  const told = async (type: string) => (await t.outbox()).filter((event) => event.type === type);

  it('see what a tool is given and what it answers, over the API and over MCP, and only their own tenant’s', async () => {
    await endpoint.put(t.a);
    const [a, b] = [await agentOf(t.a), await agentOf(t.b)];
    await call(t.b, b);
    expect(endpoint.asked).toEqual([]);
    await call(t.a, a);
    const facts = { tool: 'list_meters', model: null, tenantId: t.a.id, agentId: a.agentId };
    const expected = [
      { ...facts, stage: 'tool-arguments', texts: [{ stage: 'tool-arguments', text: '{"limit":2}' }] },
      { ...facts, stage: 'tool-result', texts: [{ stage: 'tool-result', text: '{"data":[]}' }] },
    ];
    expect(endpoint.asked).toMatchObject(expected);
    const params = { name: 'list_meters', arguments: { limit: 2 } };
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
    const input = { body: body.toString('base64'), contentType: 'application/json' };
    await t.bus.send(mcp, JSON.stringify(input), testContext(t.a.id, a));
    expect(endpoint.asked.slice(2)).toMatchObject(expected);
  });

  it('refuse a call before it is made, and an answer after it', async () => {
    await endpoint.put(t.a);
    const who = await agentOf(t.a);
    endpoint.answer = ({ stage }) => ({ body: { verdict: stage === 'tool-arguments' ? 'block' : 'pass' } });
    await expect(call(t.a, who)).rejects.toBeFault('guardrail-blocked');
    expect(f.services.calls).toEqual([]);
    endpoint.answer = ({ stage }) => ({ body: { verdict: stage === 'tool-result' ? 'block' : 'pass' } });
    await expect(call(t.a, who)).rejects.toBeFault('guardrail-blocked');
    expect(f.services.calls).toHaveLength(1);
    const { data } = await t.a.call(listGuardrailDecisions, {});
    expect(data.map(({ stage }) => stage).toSorted()).toEqual(['tool-arguments', 'tool-result']);
    for (const decision of data)
      expect(decision).toMatchObject({ guardrail: 'ours', kind: 'webhook', verdict: 'blocked' });
    expect((await told('AgentToolCalled')).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 2 }, () => 'guardrail-blocked'),
    );
  });

  it('replace what is given and answered, and can give nothing that is no arguments, or names a tenant', async () => {
    await endpoint.put(t.a);
    const who = await agentOf(t.a);
    const replacing = (stage: string, text: string) => {
      endpoint.answer = (one) => ({
        body: one.stage === stage ? { verdict: 'redact', texts: [text] } : { verdict: 'pass' },
      });
    };
    replacing('tool-arguments', '{"limit":1}');
    await call(t.a, who);
    expect(f.services.calls).toMatchObject([{ input: { limit: 1 } }]);
    answers({ data: [{ name: 'Rosebud' }] });
    replacing('tool-result', '{"data":[{"name":"[x]"}]}');
    expect((await call(t.a, who)).result).toEqual({ data: [{ name: '[x]' }] });
    f.services.calls.length = 0;
    for (const text of ['no json', '[1]', 'null', '']) {
      replacing('tool-arguments', text);
      await expect(call(t.a, who)).rejects.toBeFault('guardrail-blocked');
    }
    replacing('tool-arguments', `{"tenantId":"${t.b.id}"}`);
    await expect(call(t.a, who)).rejects.toBeFault('agent-refused');
    expect(f.services.calls).toEqual([]);
  });

  it('are paid for out of the budgets, once a stage, and said in the run and in what was spent', async () => {
    await endpoint.put(t.a, { cost: '0.01' });
    const [budget, foreign] = [await f.budget(t.a, '5.00'), await f.budget(t.b)];
    const who = await agentOf(t.a);
    const asked = await f.ask(t.a, 'Hello', {}, who);
    await call(t.a, who, {}, { runId: asked.id });
    expect(Number(await f.settled(t.a, budget))).toBeCloseTo(Number(asked.tenantry.cost) + 0.02, 12);
    expect(await f.settled(t.b, foreign)).toBe('0.00');
    const run = await t.a.call(getAgentRun, { runId: asked.id });
    expect(run.steps.find(({ kind }) => kind === 'tool_call')).toMatchObject({ cost: '0.02' });
    expect(Number(run.cost)).toBeCloseTo(Number(asked.tenantry.cost) + 0.02, 12);
    expect((await told('AgentToolCalled'))[0]).toMatchObject({ cost: '0.02' });
    for (const [by, key] of [
      ['agent', who.agentId],
      ['user', who.onBehalfOf],
    ] as const)
      expect((await t.a.call(getAgentSpend, { by })).data).toMatchObject([{ key, calls: 1n, cost: run.cost }]);
    const byTool = await t.a.call(getAgentSpend, { by: 'tool' });
    expect(byTool.data.find(({ key }) => key === 'list_meters')).toMatchObject({ calls: 0n, cost: '0.02' });
    expect(byTool.cost).toBe(run.cost);
  });

  it('are not asked, and nothing is called, when budgets do not pay for it', async () => {
    await endpoint.put(t.a, { cost: '0.01' });
    const who = await agentOf(t.a);
    await expect(call(t.a, who)).rejects.toBeFault('budget-refused');
    const budget = await f.budget(t.a, '0.015');
    await expect(call(t.a, who)).rejects.toBeFault('budget-refused');
    expect([endpoint.asked.length, f.services.calls.length]).toEqual([0, 0]);
    expect(await f.settled(t.a, budget)).toBe('0.00');
  });

  it('count on the budget of the token, too', async () => {
    await endpoint.put(t.a, { cost: '0.01' });
    await f.budget(t.a, '5.00');
    const who = await agentOf(t.a, { budget: '0.05' });
    await call(t.a, who);
    await call(t.a, who);
    await expect(call(t.a, who)).rejects.toBeFault('budget-refused');
    const ids = { agentId: who.agentId!, tokenId: who.credentialId! };
    const use = await t.a.call(getAgentTokenBudget, ids, join(t, t.a.id));
    expect(use).toMatchObject({ spent: '0.04', held: '0.00' });
  });

  it('are settled later when billing could not be reached, at what they cost', async () => {
    await endpoint.put(t.a, { cost: '0.01' });
    const [budget, foreign] = [await f.budget(t.a, '5.00'), await f.budget(t.b)];
    const who = await agentOf(t.a);
    endpoint.answer = ({ stage }) => {
      if (stage === 'tool-arguments') f.losing = 1;
      return { body: { verdict: 'block' } };
    };
    await expect(call(t.a, who)).rejects.toBeFault('guardrail-blocked');
    expect(await f.budgetNow(t.a, budget)).toMatchObject({ spent: '0.00', held: '0.02' });
    endpoint.clock.hurry(60_000);
    for (let time = 0; time < 2; time += 1) await t.bus.runSchedule('agents.settle-tool-charges');
    expect(await f.budgetNow(t.a, budget)).toMatchObject({ spent: '0.01', held: '0.00' });
    expect(await f.budgetNow(t.b, foreign)).toMatchObject({ spent: '0.00' });
  });

  it('are counted at what asking about the arguments costs when the process died, and at nothing when nothing was held', async () => {
    await endpoint.put(t.a, { cost: '0.01' });
    const budget = await f.budget(t.a, '5.00');
    const who = await agentOf(t.a);
    const [held, unheld] = [newId(), newId()];
    for (const id of [held, unheld])
      await t.database.admin(
        `insert into agents.tool_charge (tenant_id, id, agent_id, tool, lost_nanos, started_at, deadline_at)
         values ($1, $2, $3, 'list_meters', 10000000, now(), now())`,
        [t.a.id, id, who.agentId],
      );
    await f.hold(t.a, held, '0.02');
    for (let time = 0; time < 2; time += 1) {
      endpoint.clock.hurry(60_000);
      await t.bus.runSchedule('agents.settle-tool-charges');
    }
    expect(await f.budgetNow(t.a, budget)).toMatchObject({ spent: '0.01', held: '0.00' });
    const spend = await t.a.call(getAgentSpend, { by: 'agent' }, later());
    expect(spend.data).toMatchObject([{ key: who.agentId, cost: '0.01' }]);
  });

  it('get health information only with a line for the ledger of disclosures, written before', async () => {
    await endpoint.put(t.a);
    await f.budget(t.a);
    const who = await agentOf(t.a);
    await call(t.a, who);
    expect(await told('HealthDataSentToGuardrail')).toEqual([]);
    answers({ data: [{ note: `SSN ${SSN}` }] });
    const host = new URL(endpoint.url).host;
    endpoint.answer = ({ stage }) => ({ body: { verdict: stage === 'tool-result' ? 'block' : 'pass' } });
    await expect(call(t.a, who)).rejects.toBeFault('guardrail-blocked');
    const facts = { tenantId: t.a.id, guardrail: 'ours', host, kinds: ['national-id'] };
    expect(await told('HealthDataSentToGuardrail')).toMatchObject([
      { ...facts, stage: 'tool-result', purpose: 'operations' },
    ]);
    endpoint.answer = () => ({ body: { verdict: 'block' } });
    const metadata = { disclosure_purpose: 'treatment', subject_table: 'patients', subject_key: '7' };
    await expect(f.ask(t.a, `Who has ${SSN}?`, { metadata })).rejects.toBeFault('guardrail-blocked');
    expect((await told('HealthDataSentToGuardrail')).at(-1)).toMatchObject({
      ...{ ...facts, stage: 'input', purpose: 'treatment', subjectTable: 'patients', subjectKey: '7' },
    });
    expect(JSON.stringify(await t.outbox())).not.toContain(SSN);
  });
});
