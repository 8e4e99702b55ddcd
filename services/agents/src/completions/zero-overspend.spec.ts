import { listCompletions } from '@tenantry/contracts';
import { Fault, newId, parseNanos } from '@tenantry/kernel';
import { eventually } from '@tenantry/testing';
import { CompletionsFixture } from './completions.fixture.js';

const CALLERS = 200;
const LIMIT = '0.0015';
const MAX_TOKENS = 50;

/** The same choices in every run: a multiplicative generator (Lehmer 1951, Park and Miller's constants). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => (state = (state * 48_271) % 2_147_483_647) % sides;
}

describe('However many conversations ask at once', () => {
  const f = new CompletionsFixture();
  const { t } = f;

  it(`${CALLERS} of them spend no more than their tenant’s budget, though some go away and sessions are killed`, async () => {
    const budget = await f.budget(t.a, LIMIT);
    const foreign = await f.budget(t.b, LIMIT);
    await f.ask(t.a, 'warm up', { max_tokens: 1 });
    const roll = dice(17);
    let answered = 0;
    let killCount = 0;
    const kill = async (): Promise<void> => {
      const killed = await t.database.admin(`select pg_terminate_backend(pid) from (select pid from pg_stat_activity
        where usename in ('billing_service', 'agents_service') and datname = current_database() and state <> 'idle' order by random() limit 1) one`);
      killCount += killed.length;
    };
    const converse = async (index: number): Promise<void> => {
      const question = `[[tokens ${1 + roll(40)}]] ${index}`;
      const more = { metadata: { conversation_id: newId() }, max_tokens: MAX_TOKENS };
      const [isStream, leavesAfter] = [roll(2) === 0, roll(3) === 0 ? 1 + roll(5) : Number.POSITIVE_INFINITY];
      if (index % 10 === 0) await kill();
      while (index === 0 && killCount === 0) await kill(); // while the others begin
      if (!isStream) await f.ask(t.a, question, more);
      else {
        let taken = 0;
        for await (const event of await f.stream(t.a, question, more)) {
          taken += event.length > 0 ? 1 : 0;
          if (taken > leavesAfter) break;
        }
      }
      answered += 1;
    };
    const outcomes = await Promise.allSettled(Array.from({ length: CALLERS }, (_, index) => converse(index)));

    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const reason of reasons) expect(reason).toBeInstanceOf(Fault);
    await t.database.admin(
      `update agents.completion set deadline_at = now() - interval '1 s', started_at = started_at - interval '1 h'
      where tenant_id = $1 and state = 'open'`,
      [t.a.id],
    );
    await t.database.admin(
      `update agents.completion set ended_at = ended_at - interval '1 minute' where ended_at is not null`,
    );
    await t.bus.runSchedule('agents.settle-completions');
    await eventually(async () => (await f.budgetNow(t.a, budget)).held === '0.00' || (await orphans()) > 0);

    const { spent } = await f.budgetNow(t.a, budget);
    expect(parseNanos(spent, 'spent')).toBeLessThanOrEqual(parseNanos(LIMIT, 'limit'));
    expect(spent).toBe(await f.costOfCalls(t.a)); // every call was counted, once
    expect(answered).toBeGreaterThan(0); // they did spend
    expect(reasons.filter((one) => (one as Fault).reason === 'budget-refused').length).toBeGreaterThan(0); // and not everybody could
    expect(killCount).toBeGreaterThan(0);
    expect((await t.a.call(listCompletions, { state: 'open' })).data).toEqual([]);
    expect(await f.settled(t.b, foreign)).toBe('0.00');
  });

  /** Holds whose call was never written down, because its session was killed: they end by themselves, and nothing was asked. */
  async function orphans(): Promise<number> {
    const rows = await t.database.admin(
      `select from billing.budget_hold h where h.tenant_id = $1 and h.state = 'held'
         and not exists (select from agents.completion c where c.tenant_id = h.tenant_id and c.id = h.id)`,
      [t.a.id],
    );
    return rows.length;
  }
});
