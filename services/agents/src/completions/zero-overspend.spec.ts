import { createConversation, listCompletions } from '@tenantry/contracts';
import { Fault, parseNanos } from '@tenantry/kernel';
import { eventually } from '@tenantry/testing';
import { member } from '../agents.fixture.js';
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
    const conversations = await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        const who = member();
        return { who, id: (await t.a.call(createConversation, {}, who)).id };
      }),
    );
    let answered = 0;
    let killCount = 0;
    const kill = async (): Promise<void> => {
      const killed = await t.database.admin(`select pg_terminate_backend(pid) from (select pid from pg_stat_activity
        where usename in ('billing_service', 'agents_service') and datname = current_database() and state <> 'idle' order by random() limit 1) one`);
      killCount += killed.length;
    };
    const converse = async (index: number): Promise<void> => {
      const question = `[[tokens ${1 + roll(40)}]] ${index}`;
      const { id, who } = conversations[index]!;
      const more = { metadata: { conversation_id: id }, max_tokens: MAX_TOKENS };
      const [isStream, leavesAfter] = [roll(2) === 0, roll(3) === 0 ? 1 + roll(5) : Number.POSITIVE_INFINITY];
      if (!isStream) await f.ask(t.a, question, more, who);
      else {
        let taken = 0;
        for await (const event of await f.stream(t.a, question, more, who)) {
          taken += event.length > 0 ? 1 : 0;
          if (taken > leavesAfter) break;
        }
      }
      answered += 1;
    };
    /** Kills fall where calls begin, and where they are being counted. */
    const harassed = async (index: number): Promise<void> => {
      const kills = index % 20 === 0 ? kill : () => Promise.resolve();
      await kills();
      while (index === 0 && killCount === 0) await kill(); // while the others begin
      await converse(index).finally(kills);
    };
    const outcomes = await Promise.allSettled(Array.from({ length: CALLERS }, (_, index) => harassed(index)));

    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const reason of reasons) expect(reason).toBeInstanceOf(Fault);
    await eventually(async () => {
      await leaveBehind();
      await t.bus.runSchedule('agents.settle-completions').catch(unlessUnavailable); // sessions were killed to the last
      return (await uncounted()) === 0;
    });

    const { spent } = await f.budgetNow(t.a, budget);
    expect(parseNanos(spent, 'spent')).toBeLessThanOrEqual(parseNanos(LIMIT, 'limit'));
    expect(spent).toBe(await f.costOfCalls(t.a)); // every call was counted, once
    expect(answered).toBeGreaterThan(0); // they did spend
    expect(reasons.filter((one) => (one as Fault).reason === 'budget-refused').length).toBeGreaterThan(0); // and not everybody could
    expect(killCount).toBeGreaterThan(0);
    expect((await t.a.call(listCompletions, { state: 'open' })).data).toEqual([]);
    expect(await f.settled(t.b, foreign)).toBe('0.00');
  });

  /** As if everything had happened long ago, so that whatever was left is taken up. */
  async function leaveBehind(): Promise<void> {
    await t.database.admin(
      `update agents.completion set started_at = started_at - interval '1 h', deadline_at = now() - interval '1 s',
         ended_at = ended_at - interval '1 minute' where tenant_id = $1`,
      [t.a.id],
    );
  }

  async function uncounted(): Promise<number> {
    const rows = await t.database.admin('select from agents.completion where tenant_id = $1 and settled_at is null', [
      t.a.id,
    ]);
    return rows.length;
  }
});

/** @throws the error itself, unless it says that the database was not there */
function unlessUnavailable(error: unknown): void {
  if (!(error instanceof Fault && error.reason === 'unavailable')) throw error;
}
