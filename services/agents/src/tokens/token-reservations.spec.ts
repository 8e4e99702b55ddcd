import {
  createBudget,
  exchangeAgentToken,
  getAgentTokenBudget,
  getReservation,
  issueAgentToken,
  listCompletions,
  listOverspends,
  releaseReservation,
  revokeAgentToken,
  type AgentTokenBudget,
  type Budget,
  type NewAgentToken,
} from '@tenantry/contracts';
import { Fault, parseNanos, type TenantContext } from '@tenantry/kernel';
import { eventually, type TestTenant } from '@tenantry/testing';
import { asAgent, include, join, liveAgent } from '../agents.fixture.js';
import { CompletionsFixture, eventsOf } from '../completions/completions.fixture.js';

const nanos = (amount: string): bigint => parseNanos(amount, 'amount');
const LIMIT = '0.01';

describe('A reserved budget of a token', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  let agentId: string;
  let helperId: string;
  let budget: Budget;
  let foreign: Budget;
  beforeEach(async () => {
    for (const { id } of [t.a, t.b]) include(t, id, ['models', 'tools']);
    const config = { model: 'local-rules', permissions: ['agents.exchange'] };
    agentId = (await liveAgent(t, t.a, config)).id;
    helperId = (await liveAgent(t, t.a, config)).id;
    budget = await f.budget(t.a, LIMIT);
    foreign = await f.budget(t.b, LIMIT);
  });

  const as = (token: NewAgentToken): Partial<TenantContext> =>
    asAgent(token, { permissions: ['agents.exchange', 'agents.complete'] });
  const reserve = (amount: string, more: object = {}, facts = join(t, t.a.id)): Promise<NewAgentToken> =>
    t.a.call(
      issueAgentToken,
      { agentId, audiences: ['completions', 'api'], budget: amount, reserve: true, ...more },
      facts,
    );
  /** A token for the other agent, with a part of the budget. */
  const give = (token: NewAgentToken, part: string | null): Promise<NewAgentToken> =>
    t.a.call(exchangeAgentToken, { agentId: helperId, budget: part }, as(token));
  const revoke = (token: NewAgentToken) => t.a.call(revokeAgentToken, { agentId: token.agentId, tokenId: token.id });
  const ask = (token: NewAgentToken, maxTokens?: number) =>
    f.ask(t.a, '[[tokens 20]]', maxTokens ? { max_tokens: maxTokens } : {}, as(token));
  const budgetOf = (token: NewAgentToken): Promise<AgentTokenBudget> =>
    t.a.call(getAgentTokenBudget, { agentId: token.agentId, tokenId: token.id });
  const now = (): Promise<Budget> => f.budgetNow(t.a, budget);
  const endDue = (): Promise<void> => t.bus.runSchedule('agents.end-reservations');
  /** As if a token had expired long ago. */
  const expire = async ({ id }: NewAgentToken): Promise<void> => {
    const long = `now() - interval '1 hour'`;
    await t.database.admin(`update agents.agent_token set expires_at = ${long} where id = $1`, [id]);
    await t.database.admin(`update agents.token_allowance set hold_due_at = ${long} where id = $1 and hold_id = id`, [
      id,
    ]);
  };

  it('is held on the tenant’s budgets from the first moment, all of it or there is no token', async () => {
    const token = await reserve('0.009');
    expect(await now()).toMatchObject({ held: '0.009', available: '0.001' });
    expect(await budgetOf(token)).toMatchObject({ limit: '0.009', left: '0.009', reserved: true });
    await expect(reserve('0.0011')).rejects.toMatchObject({ reason: 'budget-refused', extra: { wouldFit: '0.001' } });
    expect(await now()).toMatchObject({ held: '0.009' });
    expect(await f.budgetNow(t.b, foreign)).toMatchObject({ held: '0.00' });
    await expect(t.b.call(getAgentTokenBudget, { agentId, tokenId: token.id })).rejects.toBeFault('not-found');
  });

  it('pays for the calls of sub-agents, out of their part, though the tenant has nothing left besides', async () => {
    const parent = await reserve(LIMIT);
    const [part, shared] = [await give(parent, '0.004'), await give(parent, null)];
    await expect(f.ask(t.a, 'hello')).rejects.toBeFault('budget-refused');
    for (const token of [part, parent, shared, part]) await ask(token); // each may want all that is left of its own
    const cost = await f.costOfCalls(t.a);
    const { spent, held } = await now();
    expect([spent, nanos(spent) + nanos(held)]).toEqual([cost, nanos(LIMIT)]);
    expect(await budgetOf(part)).toMatchObject({ limit: '0.004', held: '0.00', reserved: true });
    const [whole, ofPart] = [await budgetOf(parent), await budgetOf(part)];
    expect(nanos(whole.spent) + nanos(ofPart.spent)).toBe(nanos(cost));
  });

  it('is a whole of which each call is a part, by name', async () => {
    const parent = await reserve('0.005');
    await ask(await give(parent, '0.002'), 30);
    const { data } = await t.a.call(listCompletions, {});
    const billed = await f.inBilling(t.a, getReservation, { reservationId: data[0]!.id });
    expect(billed).toMatchObject({ parentId: parent.id, state: 'settled' });
    await expect(f.inBilling(t.b, getReservation, { reservationId: parent.id })).rejects.toBeFault('not-found');
  });

  it('lets no sub-agent beyond its part, and no part beyond what is left', async () => {
    const parent = await reserve('0.009');
    const part = await give(parent, '0.000001');
    await expect(ask(part)).rejects.toBeFault('budget-refused');
    await expect(give(parent, '0.009')).rejects.toBeFault('budget-refused');
    await ask(parent);
  });

  it('holds nothing anywhere when the sub-agent’s own budget refuses', async () => {
    await f.inBilling(t.a, createBudget, {
      name: 'Helper',
      limit: '0.000000001',
      scope: { kind: 'agent', id: helperId },
    });
    const parent = await reserve('0.005');
    await expect(ask(await give(parent, '0.004'))).rejects.toBeFault('budget-refused');
    expect(await now()).toMatchObject({ held: '0.005', spent: '0.00' });
    await ask(parent);
  });

  it('gives a part back to the parent the moment its token is revoked or has expired', async () => {
    const parent = await reserve(LIMIT);
    const [revoked, expired] = [await give(parent, '0.004'), await give(parent, '0.005')];
    await ask(revoked);
    await ask(expired);
    const cost = nanos(await f.costOfCalls(t.a));
    expect(await budgetOf(parent)).toMatchObject({ given: '0.009', left: '0.001' });
    await revoke(revoked);
    await expire(expired);
    const { left, given } = await budgetOf(parent);
    expect([given, nanos(left)]).toEqual(['0.00', nanos(LIMIT) - cost]);
    await endDue();
    expect(nanos((await now()).held)).toBe(nanos(LIMIT) - cost); // still the parent's, and nobody else's
    await ask(parent);
  });

  it('is the tenant’s again when its token is revoked or has expired, with what was spent counted', async () => {
    const [revoked, expired, alive] = [await reserve('0.003'), await reserve('0.003'), await reserve('0.001')];
    await ask(await give(revoked, '0.002'));
    await ask(expired);
    await revoke(revoked);
    await expire(expired);
    await endDue();
    await endDue();
    expect(await now()).toMatchObject({ held: '0.001', spent: await f.costOfCalls(t.a) });
    await ask(alive);
  });

  it('counts a call truthfully that is still open when the whole ends', async () => {
    const parent = await reserve('0.005');
    const part = await give(parent, '0.002');
    const stream = await f.stream(t.a, '[[tokens 20]]', {}, as(part));
    await revoke(parent);
    await endDue();
    expect((await now()).held).toBe('0.002'); // what the call holds, all of the part
    expect((await eventsOf(stream)).isDone).toBe(true);
    await expect(ask(part)).rejects.toBeFault('budget-refused'); // were it let in: there is nothing left to spend
    expect(await f.settled(t.a, budget)).toBe(await f.costOfCalls(t.a));
    expect(nanos(await f.costOfCalls(t.a))).toBeGreaterThan(0n);
  });

  it('is never held anew once somebody has released it', async () => {
    const token = await reserve('0.005');
    await f.inBilling(t.a, releaseReservation, { reservationId: token.id });
    await expect(ask(token)).rejects.toBeFault('budget-refused');
    expect(await now()).toMatchObject({ held: '0.00', spent: '0.00' });
  });

  it('bounds what parent and sub-agents spend together, however many ask at once and whatever sessions are killed', async () => {
    const whole = '0.0016';
    const parent = await reserve(whole);
    const parts = await Promise.all(['0.0004', '0.0004', '0.0004'].map((part) => give(parent, part)));
    const everybody = [parent, ...parts, await give(parts[0]!, '0.0002')];
    let kills = 0;
    const kill = async (): Promise<void> => {
      const killed = await killOne();
      kills += killed;
    };
    const one = async (index: number): Promise<void> => {
      if (index % 9 === 0) await kill();
      while (index === 0 && kills === 0) await kill(); // while the others begin
      await ask(everybody[index % everybody.length]!, 25);
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 120 }, (_, index) => one(index)));
    for (const { reason } of outcomes.filter((each) => each.status === 'rejected'))
      expect(reason).toBeInstanceOf(Fault);
    await eventually(async () => {
      await leaveBehind(t.a);
      await t.bus.runSchedule('agents.settle-completions').catch(unlessUnavailable);
      return (await uncounted(t.a)) === 0;
    });
    const cost = nanos(await f.costOfCalls(t.a));
    const { spent, held } = await now();
    expect([nanos(spent), nanos(spent) + nanos(held)]).toEqual([cost, nanos(whole)]);
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    expect(kills).toBeGreaterThan(0);
    for (const part of parts) expect(nanos((await budgetOf(part)).spent)).toBeLessThanOrEqual(nanos('0.0004'));
    await revoke(parent);
    await endDue();
    expect(await now()).toMatchObject({ held: '0.00', spent });
    expect((await f.inBilling(t.a, listOverspends, {})).data).toEqual([]);
  });

  async function killOne(): Promise<number> {
    const killed = await t.database.admin(`select pg_terminate_backend(pid) from (select pid from pg_stat_activity
      where usename in ('billing_service', 'agents_service') and datname = current_database() and state <> 'idle' order by random() limit 1) one`);
    return killed.length;
  }

  /** As if everything had happened long ago, so that whatever was left is taken up. */
  async function leaveBehind({ id }: TestTenant): Promise<void> {
    await t.database.admin(
      `update agents.completion set started_at = started_at - interval '1 h', deadline_at = now() - interval '1 s',
         ended_at = ended_at - interval '1 minute' where tenant_id = $1`,
      [id],
    );
  }

  async function uncounted({ id }: TestTenant): Promise<number> {
    const text = 'select from agents.completion where tenant_id = $1 and settled_at is null';
    return (await t.database.admin(text, [id])).length;
  }
});

/** @throws the error itself, unless it says that the database was not there */
function unlessUnavailable(error: unknown): void {
  if (!(error instanceof Fault && error.reason === 'unavailable')) throw error;
}
