import {
  archiveAgent,
  exchangeAgentToken,
  getAgentTokenBudget,
  issueAgentToken,
  listAgentTokens,
  pauseAgent,
  resumeAgent,
  setAgentStop,
  setPlatformAgentStop,
  type AgentTokenBudget,
  type Budget,
  type NewAgentToken,
} from '@tenantry/contracts';
import { PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { testContext, type TestTenant } from '@tenantry/testing';
import { asAgent, entryOf, include, join, liveAgent, relay } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

const LIMIT = '0.01';

describe('What is held for tokens ends', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  let agentId: string;
  let helperId: string;
  let theirs: string;
  let budget: Budget;
  let foreign: Budget;
  beforeEach(async () => {
    for (const { id } of [t.a, t.b]) include(t, id, ['models', 'tools']);
    const config = { model: 'local-rules', permissions: ['agents.exchange'] };
    agentId = (await liveAgent(t, t.a, config)).id;
    helperId = (await liveAgent(t, t.a, config)).id;
    theirs = (await liveAgent(t, t.b, config)).id;
    budget = await f.budget(t.a, LIMIT);
    foreign = await f.budget(t.b, LIMIT);
  });

  const as = (token: NewAgentToken): Partial<TenantContext> =>
    asAgent(token, { permissions: ['agents.exchange', 'agents.complete'] });
  const reserve = (amount: string, tenant: TestTenant = t.a, id = agentId): Promise<NewAgentToken> =>
    tenant.call(
      issueAgentToken,
      { agentId: id, audiences: ['completions', 'api'], budget: amount, reserve: true },
      join(t, tenant.id),
    );
  const give = (token: NewAgentToken, part: string | null): Promise<NewAgentToken> =>
    t.a.call(exchangeAgentToken, { agentId: helperId, budget: part }, as(token));
  const ask = (token: NewAgentToken) => f.ask(t.a, '[[tokens 20]]', {}, as(token));
  const budgetOf = (token: NewAgentToken): Promise<AgentTokenBudget> =>
    t.a.call(getAgentTokenBudget, { agentId: token.agentId, tokenId: token.id });
  const held = async (): Promise<string> => (await f.budgetNow(t.a, budget)).held;
  const endDue = (): Promise<void> => t.bus.runSchedule('agents.end-reservations');
  const aliveOf = async (id: string): Promise<string[]> =>
    (await t.a.call(listAgentTokens, { agentId: id })).data.map((token) => token.id);

  it('with their agent: archived, its tokens and all that they were exchanged for are revoked, and nobody else’s', async () => {
    const [one, two] = [await reserve('0.004'), await reserve('0.001')];
    const part = await give(one, '0.002');
    const own = await reserve('0.003', t.a, helperId);
    const other = await reserve('0.005', t.b, theirs);
    await ask(part);
    await t.a.call(archiveAgent, { agentId });
    expect([await aliveOf(agentId), await aliveOf(helperId)]).toEqual([[], [own.id]]);
    for (const { id } of [one, two, part]) expect(await entryOf(t, 'agent_revocations', id)).toBeDefined();
    const told = (await t.outbox()).filter(({ type }) => type === 'AgentTokenRevoked');
    expect(new Map(told.map(({ tokenId, revoked }) => [tokenId, revoked]))).toEqual(
      new Map([
        [one.id, 2],
        [two.id, 1],
      ]),
    );
    await endDue();
    expect(await f.budgetNow(t.a, budget)).toMatchObject({ held: '0.003', spent: await f.costOfCalls(t.a) });
    expect(await f.budgetNow(t.b, foreign)).toMatchObject({ held: '0.005' });
    await ask(own);
    expect(other.budget).toBe('0.005');
  });

  it('while their agent is paused; its tokens work again, but have nothing to spend, and say so', async () => {
    const token = await reserve('0.004');
    const part = await give(token, '0.001');
    await t.a.call(pauseAgent, { agentId });
    await endDue();
    expect(await held()).toBe('0.00');
    await t.a.call(resumeAgent, { agentId });
    for (const one of [token, part]) {
      expect(await budgetOf(one)).toMatchObject({ reserved: false, left: '0.00' });
      await expect(ask(one)).rejects.toMatchObject({
        reason: 'budget-refused',
        detail: 'What was held for this token has been given back; issue another one',
      });
    }
    await expect(give(token, '0.0005')).rejects.toBeFault('budget-refused');
    await endDue();
    expect([await held(), (await f.budgetNow(t.a, budget)).spent]).toEqual(['0.00', '0.00']);
  });

  it('while all agents of their tenant are stopped, and nothing is held anew', async () => {
    await reserve('0.004');
    await reserve('0.005', t.b, theirs);
    await t.a.call(setAgentStop, { stopped: true });
    await relay(t);
    await endDue();
    expect([await held(), (await f.budgetNow(t.b, foreign)).held]).toEqual(['0.00', '0.005']);
    await expect(reserve('0.001')).rejects.toBeFault('agent-stopped');
    await t.a.call(setAgentStop, { stopped: false });
    await relay(t);
    await reserve('0.001');
    await endDue();
    expect(await held()).toBe('0.001');
  });

  it('while all agents that there are are stopped', async () => {
    await reserve('0.004');
    await reserve('0.005', t.b, theirs);
    const stop = (stopped: boolean) =>
      t.bus.call(setPlatformAgentStop, { stopped }, testContext(PLATFORM_TENANT_ID, { permissions: ['*'] }));
    await stop(true);
    await endDue();
    expect([await held(), (await f.budgetNow(t.b, foreign)).held]).toEqual(['0.00', '0.00']);
    await stop(false);
    await relay(t);
  });
});
