import {
  exchangeAgentToken,
  getAgentTokenBudget,
  issueAgentToken,
  listCompletions,
  revokeAgentToken,
  type AgentTokenBudget,
  type NewAgentToken,
} from '@tenantry/contracts';
import { Fault, newId, parseNanos, type TenantContext } from '@tenantry/kernel';
import { eventually } from '@tenantry/testing';
import { asAgent, include, join, liveAgent } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

const nanos = (amount: string): bigint => parseNanos(amount, 'amount');

describe('The budget of a token', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  let agentId: string;
  beforeEach(async () => {
    include(t, t.a.id, ['models', 'tools']);
    const permissions = ['agents.exchange'];
    agentId = (await liveAgent(t, t.a, { model: 'local-rules', permissions })).id;
    await f.budget(t.a, '100.00');
  });

  const issue = (budget: string | null, more: object = {}): Promise<NewAgentToken> =>
    t.a.call(issueAgentToken, { agentId, audiences: ['completions', 'api'], budget, ...more }, join(t, t.a.id));
  const exchange = (token: NewAgentToken, budget: string | null): Promise<NewAgentToken> =>
    t.a.call(exchangeAgentToken, { budget }, as(token));
  const as = (token: NewAgentToken): Partial<TenantContext> =>
    asAgent(token, { permissions: ['agents.exchange', 'agents.complete'] });
  const budgetOf = ({ id }: NewAgentToken): Promise<AgentTokenBudget> =>
    t.a.call(getAgentTokenBudget, { agentId, tokenId: id });
  const ask = (token: NewAgentToken, maxTokens = 10) =>
    f.ask(t.a, '[[tokens 200]]', { max_tokens: maxTokens }, as(token));

  it('bounds what its calls cost: answers are cut to what is left, and refused when that is too little for any', async () => {
    const token = await issue('0.0002');
    expect(token.budget).toBe('0.0002');
    let asked = 0;
    const refusal = await (async () => {
      for (;;) {
        try {
          await ask(token, 40);
          asked += 1;
        } catch (error) {
          return error as Fault;
        }
      }
    })();
    expect(refusal).toMatchObject({ reason: 'budget-refused', extra: { wouldFit: expect.any(String) as string } });
    expect(asked).toBeGreaterThan(0);
    const { spent, held, left } = await budgetOf(token);
    expect([spent, held]).toEqual([await f.costOfCalls(t.a), '0.00']);
    expect(nanos(spent) + nanos(left)).toBe(nanos('0.0002'));
  });

  it('is never passed by calls at the same time', async () => {
    const token = await issue('0.0005');
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => ask(token, 30)));
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toBeFault('budget-refused');
    const { spent, held } = await budgetOf(token);
    expect(held).toBe('0.00');
    expect(nanos(spent)).toBeLessThanOrEqual(nanos('0.0005'));
  });

  it('is given on in parts that together never pass it, however many ask for one at once', async () => {
    const parent = await issue('1.00');
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => exchange(parent, '0.15')));
    const parts = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(parts).toHaveLength(6);
    for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toBeFault('budget-refused');
    expect(await budgetOf(parent)).toEqual({
      limit: '1.00',
      spent: '0.00',
      held: '0.00',
      given: '0.90',
      left: '0.10',
      reserved: false,
    });
    const grandchild = await exchange(parts[0]!, '0.15');
    await expect(exchange(parts[0]!, '0.000000001')).rejects.toBeFault('budget-refused');
    await expect(ask(parts[0]!)).rejects.toBeFault('budget-refused');
    await ask(grandchild);
  });

  it('gets back what a part has not spent when that ends, and no more', async () => {
    const parent = await issue('1.00');
    const child = await exchange(parent, '0.60');
    const grandchild = await exchange(child, '0.40');
    await ask(child);
    await ask(grandchild);
    const cost = await f.costOfCalls(t.a);
    expect(await budgetOf(parent)).toMatchObject({ spent: '0.00', given: '0.60', left: '0.40' });
    await t.a.call(revokeAgentToken, { agentId, tokenId: child.id });
    const back = await budgetOf(parent);
    expect(back).toMatchObject({ spent: cost, given: '0.00' });
    expect(nanos(back.left)).toBe(nanos('1.00') - nanos(cost));
    await t.database.admin('update agents.agent_token set expires_at = now() where id = $1', [grandchild.id]);
    expect(await budgetOf(parent)).toEqual(back);
  });

  it('is shared with a token that was given no part', async () => {
    const parent = await issue('0.50');
    const child = await exchange(parent, null);
    await ask(child);
    expect((await budgetOf(parent)).spent).toBe(await f.costOfCalls(t.a));
    await expect(budgetOf(child)).rejects.toBeFault('not-found');
  });

  it('counts a call that nobody ended as what it may cost, until it is known', async () => {
    const token = await issue('0.50');
    const stream = await f.stream(t.a, '[[tokens 30]]', { max_tokens: 30 }, as(token));
    const open = await budgetOf(token);
    expect(nanos(open.held)).toBeGreaterThan(0n);
    await (stream as AsyncIterableIterator<Uint8Array>).return!();
    await eventually(async () => (await budgetOf(token)).held === '0.00'); // who goes away does not wait
    const ended = await budgetOf(token);
    expect(nanos(ended.left)).toBeGreaterThan(nanos(open.left));
    expect((await t.a.call(listCompletions, {})).data).toMatchObject([{ state: 'cancelled' }]);
  });

  it('takes nothing for a call that the tenant’s own budgets refuse', async () => {
    const token = await issue('500.00');
    await f.budget(t.a, '0.000000001');
    await expect(ask(token)).rejects.toBeFault('budget-refused');
    expect(await budgetOf(token)).toMatchObject({ spent: '0.00', held: '0.00' });
  });

  it('is the tenant’s own to see, and an amount above zero', async () => {
    const token = await issue('0.50');
    await expect(t.b.call(getAgentTokenBudget, { agentId, tokenId: token.id })).rejects.toBeFault('not-found');
    await expect(t.a.call(getAgentTokenBudget, { agentId: newId(), tokenId: token.id })).rejects.toBeFault('not-found');
    for (const wrong of ['0', '-1', 'x', '0.0000000001'])
      await expect(issue(wrong)).rejects.toBeFault('invalid-input', { field: 'budget' });
  });
});
