import { sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Place, Spender } from './place.js';

const CALLERS = 400;
const AMOUNT_NANOS = 10_000_000n;
const NANOS_PER_UNIT = 1e9;

/** Units spent of a limit of 1.00 by 400 callers who want 0.01 each, at once. */
export interface Comparison {
  readonly checkThenRecord: number;
  /** Above the limit. */
  readonly reserveThenSettle: number;
}

/** The way that budgets are often kept: one statement looks whether there is room, and when the work is done another adds. */
async function checkThenRecord(place: Place, { ctx, budgetId }: Spender): Promise<void> {
  const [room] = await place.tenants.query<{ fits: boolean }>(
    ctx,
    sql`select spent_nanos + ${AMOUNT_NANOS} <= limit_nanos as fits from billing.budget where id = ${budgetId}`,
  );
  if (!room?.fits) return;
  await place.tenants.transaction(ctx, (tx) =>
    tx.execute(sql`update billing.budget set spent_nanos = spent_nanos + ${AMOUNT_NANOS} where id = ${budgetId}`),
  );
}

async function reserveThenSettle(place: Place, spender: Spender): Promise<void> {
  try {
    await place.settle(await place.reserve(spender, '0.01'), '0.01');
  } catch (error) {
    if (!(error instanceof Fault && error.reason === 'budget-refused')) throw error;
  }
}

async function spentAfter(place: Place, spend: (place: Place, spender: Spender) => Promise<void>): Promise<number> {
  const [spender] = await place.tenantsWithBudgets(1, '1.00');
  await Promise.all(Array.from({ length: CALLERS }, () => spend(place, spender!)));
  const [row] = await place.tenants.query<{ spent: bigint }>(
    spender!.ctx,
    sql`select spent_nanos as spent from billing.budget where id = ${spender!.budgetId}`,
  );
  return Number(row!.spent) / NANOS_PER_UNIT;
}

/** Both ways in the same situation. */
export async function compareWithCheckThenRecord(place: Place): Promise<Comparison> {
  return {
    checkThenRecord: await spentAfter(place, checkThenRecord),
    reserveThenSettle: Math.max(0, (await spentAfter(place, reserveThenSettle)) - 1),
  };
}
