import { getBudget, listOverspends, type Budget } from '@tenantry/contracts';
import { sql } from '@tenantry/database';
import { Fault, formatNanos, parseNanos } from '@tenantry/kernel';
import { eventually, testContext } from '@tenantry/testing';
import { BudgetsFixture } from './budgets.fixture.js';

const CALLERS = 250;
const CALLS_BETWEEN_KILLS = 20;
const CENT = 10_000_000n;

/** The same choices in every run: a multiplicative generator (Lehmer 1951, Park and Miller's constants). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => (state = (state * 48_271) % 2_147_483_647) % sides;
}

/** What one caller did, as the caller knows it. */
interface Call {
  readonly budgetIds: readonly string[];
  readonly estimateNanos: bigint;
  readonly actualNanos: bigint;
}

describe('However many spend at once', () => {
  const f = new BudgetsFixture();
  const { t } = f;
  let calls = 0;
  let killCount = 0;

  /** Ends one of the service's sessions in the middle of whatever it is doing. */
  const kill = async (): Promise<void> => {
    const killed = await t.database.admin(`select pg_terminate_backend(pid) from (select pid from pg_stat_activity
      where usename = 'billing_service' and datname = current_database() and state <> 'idle' order by random() limit 1) one`);
    killCount += killed.length;
  };

  /** How many of the service's sessions wait for a lock. */
  async function waiting(): Promise<number> {
    const sessions = await t.database.admin(
      `select from pg_stat_activity where datname = current_database() and usename = 'billing_service' and wait_event_type = 'Lock'`,
    );
    return sessions.length;
  }

  /** Does something until the database answers; what was lost in a commit may have happened all the same. */
  async function insist<T>(work: () => Promise<T>, more: { readonly kills: boolean }): Promise<T> {
    for (;;) {
      if (more.kills && ++calls % CALLS_BETWEEN_KILLS === 0) await kill();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Fault && error.reason === 'unavailable')) throw error;
      }
    }
  }

  /** Reserves and settles, once; undefined when the budgets refuse. */
  async function call(budgets: readonly Budget[], { estimateNanos, actualNanos, budgetIds }: Call, kills: boolean) {
    const estimate = formatNanos(estimateNanos);
    const accounts = { accounts: budgetIds };
    try {
      const held = await insist(() => f.reserve(t.a, budgets[0]!, estimate, accounts), { kills });
      const settled = insist(() => f.settle(t.a, held, formatNanos(actualNanos)), { kills });
      await settled.catch((error: unknown) => {
        // It was settled by an attempt whose answer was lost.
        if (!(error instanceof Fault && error.reason === 'conflict' && kills)) throw error;
      });
      return { budgetIds, estimateNanos, actualNanos };
    } catch (error) {
      if (error instanceof Fault && error.reason === 'budget-refused') return undefined;
      throw error;
    }
  }

  /** A root of 30.00 with three budgets of 12.00 below it, and two of 7.00 below each of them. */
  async function tree(): Promise<{ root: Budget; all: Budget[]; leaves: Budget[] }> {
    const root = await f.create(t.a, { limit: '30.00' });
    const middle = await Promise.all([1, 2, 3].map(() => f.create(t.a, { limit: '12.00', parentId: root.id })));
    const leaves = await Promise.all(
      [...middle, ...middle].map(({ id }) => f.create(t.a, { limit: '7.00', parentId: id })),
    );
    return { root, leaves, all: [root, ...middle, ...leaves] };
  }

  it('no limit is passed and no cent is lost, while sessions are killed', async () => {
    const roll = dice(7);
    const { root, all, leaves } = await tree();
    const pick = () => leaves[roll(leaves.length)]!.id;
    const plan = Array.from({ length: CALLERS }, (): Call => {
      const estimateNanos = BigInt(1 + roll(60)) * CENT;
      const actualNanos = (estimateNanos * BigInt(roll(101))) / 100n;
      return { budgetIds: [...new Set([pick(), pick()])], estimateNanos, actualNanos };
    });
    let isOver = false;
    const killing = async (): Promise<void> => {
      while (killCount === 0 && !isOver) await kill(); // one at least: the others fall where they may
    };
    const calling = Promise.all(plan.map((one) => call([root], one, true))).finally(() => (isOver = true));
    const [outcomes] = await Promise.all([calling, killing()]);
    const done = outcomes.filter((one) => one !== undefined);

    const rows = await t.database.admin<{ id: string; spent: string; over: boolean }>(
      `select id, spent_nanos as spent, spent_nanos + held_nanos > limit_nanos as over from billing.budget where tenant_id = $1`,
      [t.a.id],
    );
    const recorded = done.reduce((sum, { actualNanos }) => sum + actualNanos, 0n);
    expect(BigInt(rows.find(({ id }) => id === root.id)!.spent)).toBe(recorded);
    expect(rows).toHaveLength(all.length);
    expect(rows.filter(({ over }) => over)).toEqual([]);
    expect(await t.a.call(listOverspends, {})).toBeEmptyPage();
    expect(await f.discrepancies(t.a.id)).toEqual([]);
    expect(killCount).toBeGreaterThan(0);
    expect(done.length).toBeGreaterThan(20); // they did spend
    expect(done.length).toBeLessThan(CALLERS); // and not everybody could
  });

  it('those who ask for the same money at the same moment get it once', async () => {
    const budget = await f.create(t.a, { limit: '1.00' });
    const another = t.database.doors('billing', { maxConnections: 1 });
    const asked = await another.tenants.transaction(testContext(t.a.id), async (tx) => {
      await tx.query(sql`select id from billing.budget where id = ${budget.id} for no key update`);
      const tries = Promise.allSettled([1, 2, 3, 4].map(() => f.reserve(t.a, budget, '1.00')));
      await eventually(async () => (await waiting()) === 4); // each has come as far as it can
      return { tries };
    });
    const outcomes = (await asked.tries).map(({ status }) => status);
    expect(outcomes.sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(await t.a.call(getBudget, { budgetId: budget.id })).toMatchObject({ held: '1.00', available: '0.00' });
  });

  it('at no moment is more spent and held than the limit', async () => {
    const { root, leaves } = await tree();
    const roll = dice(11);
    let running = true;
    const watch = async (): Promise<number> => {
      let passed = 0;
      while (running) {
        const over = await t.database.admin(
          'select id from billing.budget where tenant_id = $1 and spent_nanos + held_nanos > limit_nanos',
          [t.a.id],
        );
        passed += over.length;
      }
      return passed;
    };
    const watched = watch();
    const plan = Array.from({ length: 100 }, () => ({
      id: leaves[roll(leaves.length)]!.id,
      cents: BigInt(20 + roll(80)),
    }));
    await Promise.all(
      plan.map(({ id, cents }) => {
        const amount = cents * CENT;
        return call([root], { budgetIds: [id], estimateNanos: amount, actualNanos: amount }, false);
      }),
    );
    running = false;
    expect(await watched).toBe(0);
  });

  it('what costs more than was held exceeds the limit by no more than that, and every case is listed', async () => {
    const root = await f.create(t.a, { limit: '10.00' });
    const leaf = await f.create(t.a, { limit: '9.00', parentId: root.id });
    const roll = dice(13);
    const plan = Array.from({ length: 150 }, (): Call => {
      const estimateNanos = BigInt(1 + roll(50)) * CENT;
      const actualNanos = (estimateNanos * BigInt(70 + roll(61))) / 100n;
      return { budgetIds: [leaf.id], estimateNanos, actualNanos };
    });
    const done = (await Promise.all(plan.map((one) => call([root], one, false)))).filter((one) => one !== undefined);

    const over = done.filter(({ estimateNanos, actualNanos }) => actualNanos > estimateNanos);
    const excessNanos = over.reduce((sum, one) => sum + one.actualNanos - one.estimateNanos, 0n);
    for (const { id } of [root, leaf]) {
      const { spent, limit } = await t.a.call(getBudget, { budgetId: id });
      const { data } = await t.a.call(listOverspends, { budgetId: id, limit: 200 });
      const overLimit = data.reduce((sum, one) => sum + parseNanos(one.overLimit, 'overLimit'), 0n);
      const [spentNanos, limitNanos] = [parseNanos(spent, 'spent'), parseNanos(limit, 'limit')];
      expect(spentNanos - limitNanos).toBeLessThanOrEqual(overLimit);
      expect(overLimit).toBeLessThanOrEqual(excessNanos);
      expect(data).toHaveLength(over.length);
    }
    expect(over.length).toBeGreaterThan(0);
    expect(await f.discrepancies(t.a.id)).toEqual([]);
  });
});
