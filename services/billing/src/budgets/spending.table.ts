import { sql } from '@tenantry/database';
import type { Rows } from './budget.table.js';

/** What money is for: a kind of thing and which one, as a budget's scope names it. */
export interface SpendingScope {
  readonly kind: string;
  readonly id: string;
}

const MAX_APPLICABLE = 100;

/** The open budgets in a currency for everything of the tenant, and those for any of the scopes. */
export async function spendingBudgetIds(
  rows: Rows,
  currency: string,
  scopes: readonly SpendingScope[],
): Promise<string[]> {
  const [kinds, ids] = [scopes.map(({ kind }) => kind), scopes.map(({ id }) => id)];
  const found = await rows.query<{ id: string }>(sql`select id from billing.budget b
    where closed_at is null and currency = ${currency}
      and ((parent_id is null and scope_kind is null) or (scope_kind, scope_id) in (
        select kind, scope from unnest(${kinds}::text[], ${ids}::text[]) as wanted (kind, scope)))
    order by id limit ${MAX_APPLICABLE}`);
  return found.map(({ id }) => id);
}

/** Locks budgets with all their ancestors and brings them up to now: until the commit their numbers are the caller's. */
export async function lockForSpending(rows: Rows, budgetIds: readonly string[], zone: string): Promise<void> {
  await rows.query(sql`select billing.lock_budgets(billing.budget_closure(${budgetIds}), ${zone})`);
}
