import {
  closeBudget,
  exchangeAgentToken,
  issueAgentToken,
  rollBackAgent,
  type Budget,
  type NewAgentToken,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { asAgent, include, join, liveAgent, publish, relay } from '../agents.fixture.js';
import { CompletionsFixture } from './completions.fixture.js';

const PERMISSIONS = ['agents.exchange', 'agents.complete'];

describe('The budgets that an agent’s configuration names', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  let everything: Budget;
  let project: Budget;
  beforeEach(async () => {
    for (const { id } of [t.a, t.b]) include(t, id, ['models', 'tools']);
    everything = await f.budget(t.a, '5.00');
    project = await f.budget(t.a, '1.00', { name: 'Project', scope: { kind: 'team', id: 'project' } });
  });

  const agentWith = async (...budgetIds: string[]): Promise<string> =>
    (await liveAgent(t, t.a, { model: 'local-rules', permissions: ['agents.exchange'], budgetIds })).id;
  const issue = (agentId: string, more: object = {}): Promise<NewAgentToken> =>
    t.a.call(issueAgentToken, { agentId, audiences: ['completions', 'api'], ...more }, join(t, t.a.id));
  const as = (token: NewAgentToken): Partial<TenantContext> => asAgent(token, { permissions: PERMISSIONS });
  const ask = (token: NewAgentToken) => f.ask(t.a, '[[tokens 20]]', { max_tokens: 30 }, as(token));
  const now = (budget: Budget): Promise<Budget> => f.budgetNow(t.a, budget);

  it('pay for its calls besides the tenant’s own, and for those of no other agent', async () => {
    const [named, other] = [await issue(await agentWith(project.id)), await issue(await agentWith())];
    const { tenantry } = await ask(named);
    await ask(other);
    expect(await f.settled(t.a, project)).toBe(tenantry.cost);
    expect(await f.settled(t.a, everything)).toBe(await f.costOfCalls(t.a));
    expect((await now(everything)).spent).not.toBe(tenantry.cost);
  });

  it('refuse when they are spent or closed, though the tenant has enough, and nothing is held', async () => {
    const spent = await f.budget(t.a, '0.000000001', { name: 'Spent', scope: { kind: 'team', id: 'spent' } });
    const tokens = [await issue(await agentWith(spent.id)), await issue(await agentWith(project.id))];
    await f.inBilling(t.a, closeBudget, { budgetId: project.id });
    for (const token of tokens) await expect(ask(token)).rejects.toBeFault('budget-refused');
    expect(await now(everything)).toMatchObject({ held: '0.00', spent: '0.00' });
  });

  it('refuse when they are not the tenant’s: unknown ones and another tenant’s alike', async () => {
    const foreign = await f.budget(t.b, '5.00');
    const refusals: unknown[] = [];
    for (const budgetId of [foreign.id, newId()])
      refusals.push(await ask(await issue(await agentWith(budgetId))).catch((error: unknown) => error));
    const [ofB, unknown] = refusals as [Error, Error];
    expect(ofB).toBeFault('budget-refused');
    expect(ofB.message).toBe(unknown.message);
    expect(await f.budgetNow(t.b, foreign)).toMatchObject({ held: '0.00', spent: '0.00' });
    expect(await now(everything)).toMatchObject({ held: '0.00', spent: '0.00' });
  });

  it('are those of the version in force', async () => {
    const agentId = await agentWith(project.id);
    await publish(t.a, agentId, { model: 'local-rules' });
    await relay(t);
    await ask(await issue(agentId));
    expect(await f.settled(t.a, project)).toBe('0.00');
    await t.a.call(rollBackAgent, { agentId });
    await relay(t);
    const { tenantry } = await ask(await issue(agentId));
    expect(await f.settled(t.a, project)).toBe(tenantry.cost);
  });

  it('hold besides what is held for its token: of a sub-agent its own', async () => {
    const [parentId, helperId] = [await agentWith(), await agentWith(project.id)];
    const parent = await issue(parentId, { budget: '5.00', reserve: true });
    const helper = await t.a.call(exchangeAgentToken, { agentId: helperId, budget: '2.00' }, as(parent));
    const { tenantry } = await ask(helper);
    expect(await f.settled(t.a, project)).toBe(tenantry.cost);
    await ask(parent);
    expect((await now(project)).spent).toBe(tenantry.cost);
    await f.inBilling(t.a, closeBudget, { budgetId: project.id });
    await expect(ask(helper)).rejects.toBeFault('budget-refused');
  });
});
