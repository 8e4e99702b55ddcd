import {
  getAgentTokenBudget,
  issueAgentToken,
  revokeAgentToken,
  type AgentTokenBudget,
  type Budget,
  type NewAgentToken,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { include, join, liveAgent } from '../agents.fixture.js';
import { CompletionsFixture } from '../completions/completions.fixture.js';

const LIMIT = '0.01';

describe('The money that a token is issued with', () => {
  const f = new CompletionsFixture();
  const { t } = f;
  let agentId: string;
  let budget: Budget;
  beforeEach(async () => {
    include(t, t.a.id, ['models', 'tools']);
    agentId = (await liveAgent(t, t.a, { model: 'local-rules' })).id;
    budget = await f.budget(t.a, LIMIT);
  });

  const reserve = (amount: string): Promise<NewAgentToken> =>
    t.a.call(issueAgentToken, { agentId, audiences: ['completions'], budget: amount, reserve: true }, join(t, t.a.id));
  const revoke = (token: NewAgentToken) => t.a.call(revokeAgentToken, { agentId, tokenId: token.id });
  const budgetOf = ({ id }: NewAgentToken): Promise<AgentTokenBudget> =>
    t.a.call(getAgentTokenBudget, { agentId, tokenId: id });
  const now = (): Promise<Budget> => f.budgetNow(t.a, budget);
  const endDue = (): Promise<void> => t.bus.runSchedule('agents.end-reservations');

  it('leaves no money held for a token that a process which died never handed out', async () => {
    const [died, alive] = [newId(), await reserve('0.001')];
    await f.hold(t.a, died, '0.009');
    await t.database.admin(
      `insert into agents.token_allowance (tenant_id, id, hold_id, limit_nanos, expires_at, hold_due_at, request_key)
       values ($1, $2, $2, 9000000, now() + interval '2 minutes', now() + interval '2 minutes', 'of the one that died')`,
      [t.a.id, died],
    );
    await endDue();
    expect(await now()).toMatchObject({ held: '0.01' }); // it might still come to be
    const late = `update agents.token_allowance set hold_due_at = now() - interval '1 s' where id = $1 returning request_key`;
    await t.database.admin(late, [died]);
    await endDue();
    expect(await now()).toMatchObject({ held: '0.001', spent: '0.00' });
    expect(await t.database.admin(late, [died])).toEqual([{ request_key: null }]); // so it may be asked for again
    expect((await budgetOf(alive)).left).toBe('0.001');
  });

  it('is given back soon when it is not known whether it is held, and the request may come again', async () => {
    f.losingAnswers = 1; // billing holds it; nobody hears so
    const who = join(t, t.a.id);
    const again = () =>
      t.a.call(issueAgentToken, { agentId, audiences: ['completions'], budget: '0.009', reserve: true }, who, {
        idempotencyKey: 'lost-once',
      });
    await expect(again()).rejects.toBeInstanceOf(Error);
    expect(await now()).toMatchObject({ held: '0.009' });
    await expect(again()).rejects.toBeFault('budget-refused'); // what is held for nobody is held yet
    await endDue();
    expect(await now()).toMatchObject({ held: '0.00', spent: '0.00' });
    expect((await t.outbox()).filter(({ type }) => type === 'AgentTokenIssued')).toEqual([]);
    await again();
    expect(await now()).toMatchObject({ held: '0.009' });
  });

  it('is asked for once, however often the same request comes, also at once and when nothing more would be left', async () => {
    const request = { agentId, audiences: ['completions'], budget: LIMIT, reserve: true };
    const who = join(t, t.a.id);
    const again = () => t.a.call(issueAgentToken, request, who, { idempotencyKey: 'reserve-once' });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, again));
    for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toBeFault('conflict');
    const [one, two] = [await again(), await again()];
    expect([two.id, two.token]).toEqual([one.id, one.token]);
    for (const each of outcomes) if (each.status === 'fulfilled') expect(each.value.id).toBe(one.id);
    expect(await now()).toMatchObject({ held: LIMIT });
    await revoke(one);
    await endDue();
    expect((await again()).id).toBe(one.id); // what it was answered, and nothing is held anew
    expect(await now()).toMatchObject({ held: '0.00' });
    await expect(
      t.a.call(issueAgentToken, { ...request, budget: '0.001' }, who, { idempotencyKey: 'reserve-once' }),
    ).rejects.toBeFault('idempotency-key-reused');
  });

  it('holds no session of the database while billing is asked', async () => {
    const open = `select from pg_stat_activity where usename = 'agents_service' and datname = current_database() and state = 'idle in transaction'`;
    let sessions = -1;
    f.beforeBilling = async () => void (sessions = (await t.database.admin(open)).length);
    await reserve('0.001');
    expect(sessions).toBe(0);
  });

  it('needs an amount to reserve', async () => {
    const nothing = t.a.call(issueAgentToken, { agentId, audiences: ['api'], reserve: true }, join(t, t.a.id));
    await expect(nothing).rejects.toBeFault('invalid-input', { field: 'budget' });
    expect(await now()).toMatchObject({ held: '0.00' });
  });
});
