import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres, freePort, type EmbeddedPostgres } from '@tenantry/local/servers';
import { Fault, formatNanos, parseNanos } from '@tenantry/kernel';
import pg from 'pg';
import { openPlace, type Held, type Place, type Spender } from '../../bench/budgets/place.js';
import { takeFolder } from '../../bench/instance/place.js';
import { Dice } from './dice.js';
import { childrenOf, signal } from './processes.js';

const CALLERS = 500;
const LIMIT = '30.00';
const CENTS = { least: 1, most: 30 };
const AGAIN_MS = 50;
/** So many settlements before everything is killed, and between two sessions that are killed. */
const [BEFORE_CRASH, BETWEEN_KILLS] = [60, 15];

describe('Budgets, with 500 callers at once, sessions killed and the database killed in the middle', () => {
  const stack = new AsyncDisposableStack();
  let start: () => Promise<EmbeddedPostgres>;
  let postgres: EmbeddedPostgres;
  let place: Place;

  beforeAll(async () => {
    const folder = takeFolder(stack);
    const options = { directory: join(folder, 'postgres'), port: await freePort(), password: 'chaos' };
    start = () => startPostgres(options);
    postgres = await start();
    stack.defer(() => postgres.stop());
    place = await openPlace(postgres.url);
    stack.defer(() => place.close());
  });
  afterAll(() => stack.disposeAsync());

  /** Runs a statement as the superuser, on a session of its own. */
  async function ask<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = new pg.Client(postgres.url);
    client.on('error', () => undefined); // it is asked for again
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends Postgres and all its sessions without a warning, and starts it again. */
  async function crash(): Promise<void> {
    const { pid } = postgres;
    const sessions = await childrenOf(pid);
    for (const one of [pid, ...sessions.map((session) => session.pid)]) signal(one, 'SIGKILL');
    await postgres.stop();
    postgres = await start();
  }

  const killOne = (): Promise<object[]> =>
    ask(`select pg_terminate_backend(pid) from (select pid from pg_stat_activity where usename = 'billing_service' and state <> 'idle'
      order by random() limit 1) one`);

  /** Does it until the database answers; what was lost in a commit may have happened all the same. */
  async function insist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Fault && error.status === 503)) throw error;
        await delay(AGAIN_MS);
      }
    }
  }

  /** Counts what it cost, once: a conflict says that a try whose answer was lost did so. */
  const settle = (held: Held, actual: string): Promise<void> =>
    insist(() => place.settle(held, actual)).catch((error: unknown) => {
      if (!(error instanceof Fault && error.reason === 'conflict')) throw error;
    });

  it('never pass a limit: what is spent is what the callers were told, and what is held is what is held for them', async () => {
    const dice = new Dice(17);
    const [spender] = (await place.tenantsWithBudgets(1, LIMIT)) as [Spender];
    let settled = 0;
    let kills = 0;
    let crashing: Promise<void> | undefined;
    const disturb = async (): Promise<void> => {
      settled += 1;
      if (settled === BEFORE_CRASH) await (crashing = crash());
      else if (settled % BETWEEN_KILLS === 0)
        kills += await killOne().then(
          ({ length }) => length,
          () => 0,
        ); // none while it is down
    };
    const one = async (): Promise<bigint> => {
      const cents = dice.between(CENTS.least, CENTS.most);
      const actual = formatNanos((BigInt(cents) * 10_000_000n * BigInt(dice.between(0, 100))) / 100n);
      try {
        const held = await insist(() => place.reserve(spender, (cents / 100).toFixed(2)));
        await settle(held, actual);
      } catch (error) {
        if (error instanceof Fault && error.reason === 'budget-refused') return 0n;
        throw error;
      }
      await disturb();
      return parseNanos(actual, 'actual');
    };
    const spent = await Promise.all(Array.from({ length: CALLERS }, one));
    await crashing;

    const told = spent.reduce((sum, nanos) => sum + nanos, 0n);
    const budgets = await ask<{ spent: string; held: string; limit: string; legs: string }>(`
      select spent_nanos as spent, held_nanos as held, limit_nanos as limit, (select coalesce(sum(amount_nanos), 0) from billing.budget_leg l
        where l.tenant_id = b.tenant_id and l.budget_id = b.id) as legs from billing.budget b`);
    expect(budgets).toHaveLength(2);
    for (const budget of budgets) {
      expect(BigInt(budget.spent)).toBe(told);
      expect(budget.held).toBe(budget.legs);
      expect(BigInt(budget.spent) + BigInt(budget.held)).toBeLessThanOrEqual(BigInt(budget.limit));
    }
    expect(await ask('select from billing.budget_overspend')).toEqual([]);
    const [books] = await ask<{ sum: string }>('select sum(actual_nanos) from billing.budget_hold');
    expect(BigInt(books!.sum)).toBe(told);
    expect([settled > BEFORE_CRASH, settled < CALLERS, kills > 0]).toEqual([true, true, true]);
  });
});
