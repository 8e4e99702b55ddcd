import { sql, type Sql } from '@tenantry/database';
import type { Rows } from './budget.table.js';
import type { Verdict } from './reservation.js';
import { verdict, type Wish } from './reservation.table.js';

/** What money is for: a kind of thing and which one, as a budget's scope names it. */
export interface SpendingScope {
  readonly kind: string;
  readonly id: string;
}

/** A hold that is asked for on whatever budgets apply. */
export type SpendingWish = Omit<Wish, 'accounts'> & {
  readonly estimateNanos: bigint;
  readonly scopes: readonly SpendingScope[];
  /** Budgets besides those that follow from the scopes. */
  readonly budgetIds: readonly string[];
};

/** What budgets follow from. */
type Applying = Pick<SpendingWish, 'currency' | 'scopes' | 'budgetIds'>;

function applicable({ currency, scopes, budgetIds }: Applying): Sql {
  const [kinds, ids] = [scopes.map(({ kind }) => kind), scopes.map(({ id }) => id)];
  return sql`billing.applicable_budgets(${kinds}::text[], ${ids}::text[], ${[...budgetIds]}::uuid[], ${currency})`;
}

/** The budgets that apply to a hold. */
export async function spendingBudgetIds(rows: Rows, wish: Applying): Promise<string[]> {
  return (await rows.query<{ id: string }>(sql`select unnest(${applicable(wish)}) as id`)).map(({ id }) => id);
}

/**
 * As `reserve`, on the budgets that apply, which the same statement finds: no verdicts when there are none.
 * @throws Fault `not-found` when a named one is not the tenant's
 */
export function reserveApplicable(rows: Rows, wish: SpendingWish, zone: string): Promise<Verdict[]> {
  return rows.query<Verdict>(sql`with found as materialized (select ${applicable(wish)} as ids)
    select ${verdict} from found cross join lateral billing.reserve_budgets(${wish.id}, found.ids, ${wish.estimateNanos},
      ${wish.currency}, make_interval(secs => ${wish.lastsS}), ${zone}, ${wish.purpose}::jsonb, false)
    where cardinality(found.ids) > 0`);
}

/** Locks budgets with all their ancestors and brings them up to now: until the commit their numbers are the caller's. */
export async function lockForSpending(rows: Rows, budgetIds: readonly string[], zone: string): Promise<void> {
  await rows.query(sql`select billing.lock_budgets(billing.budget_closure(${budgetIds}), ${zone})`);
}
