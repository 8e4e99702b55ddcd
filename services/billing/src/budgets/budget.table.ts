import type { Budget as BudgetMessage } from '@tenantry/contracts';
import { sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Budget, BudgetTerms } from './budget.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const columns = sql`id, path, parent_id as "parentId", name, scope_kind as "scopeKind", scope_id as "scopeId", currency, period,
  limit_nanos as "limitNanos", is_hard as "isHard", is_shadow as "isShadow", rolls_over as "rollsOver",
  allows_unknown as "allowsUnknown", alert_percents as "alertPercents", period_starts_at as "periodStartsAt",
  period_ends_at as "periodEndsAt", carried_nanos as "carriedNanos", spent_nanos as "spentNanos", held_nanos as "heldNanos",
  alerted_percent as "alertedPercent", is_blocked as "isBlocked", closed_at as "closedAt", created_at as "createdAt"`;

/** A budget as it is now; `zone` is the tenant's time zone. @throws Fault `not-found` */
export async function findBudget(rows: Rows, id: string, zone: string): Promise<Budget> {
  const [budget] = await rows.query<Budget>(
    sql`select ${columns} from billing.budgets_at(clock_timestamp(), ${zone}) where id = ${id}`,
  );
  if (!budget) throw new Fault('not-found');
  return budget;
}

/** As `findBudget`, and nobody else changes it until the commit. */
export async function lockBudget(tx: Transaction, id: string, zone: string): Promise<Budget> {
  await tx.query(sql`select billing.lock_budgets(${[id]}, ${zone})`);
  return findBudget(tx, id, zone);
}

/** Which budgets a list has. `afterId` continues it after the budget with that id. */
export interface BudgetFilter {
  readonly parentId: string | null;
  readonly scopeKind: string | null;
  readonly scopeId: string | null;
  readonly afterId: string | null;
}

/** The oldest first: ids grow with the time of creation. */
export async function listBudgetRows(rows: Rows, filter: BudgetFilter, zone: string, limit: number): Promise<Budget[]> {
  return rows.query<Budget>(sql`select ${columns} from billing.budgets_at(clock_timestamp(), ${zone})
    where (${filter.parentId}::uuid is null or parent_id = ${filter.parentId})
      and (${filter.scopeKind}::text is null or scope_kind = ${filter.scopeKind})
      and (${filter.scopeId}::text is null or scope_id = ${filter.scopeId})
      and (${filter.afterId}::uuid is null or id > ${filter.afterId})
    order by id limit ${limit}`);
}

/** The open budgets that are under no other, the oldest first. */
export async function listRootBudgets(rows: Rows, zone: string, limit: number): Promise<Budget[]> {
  return rows.query<Budget>(sql`select ${columns} from billing.budgets_at(clock_timestamp(), ${zone})
    where parent_id is null and closed_at is null order by id limit ${limit}`);
}

const MAX_APPLICABLE = 100;

/** The open budgets in a currency that are for everything, and those for an agent when one is named. */
export async function applicableIds(rows: Rows, currency: string, agentId: string | null): Promise<string[]> {
  const found = await rows.query<{ id: string }>(sql`select id from billing.budget
    where closed_at is null and currency = ${currency}
      and ((parent_id is null and scope_kind is null) or (scope_kind = 'agent' and scope_id = ${agentId}::text))
    order by id limit ${MAX_APPLICABLE}`);
  return found.map(({ id }) => id);
}

/** Adds a budget in the period that is now. */
export async function insertBudget(tx: Transaction, budget: BudgetTerms, zone: string): Promise<void> {
  await tx.execute(sql`insert into billing.budget (tenant_id, id, path, parent_id, name, scope_kind, scope_id, currency, period,
      limit_nanos, is_hard, is_shadow, rolls_over, allows_unknown, alert_percents, period_starts_at, period_ends_at, created_at)
    select ${tx.tenantId}, ${budget.id}, ${budget.path}, ${budget.parentId}, ${budget.name}, ${budget.scopeKind}, ${budget.scopeId},
      ${budget.currency}, ${budget.period}, ${budget.limitNanos}, ${budget.isHard}, ${budget.isShadow}, ${budget.rollsOver},
      ${budget.allowsUnknown}, ${budget.alertPercents}, starts_at, ends_at, ${budget.createdAt}
    from billing.budget_period(${budget.period}, ${zone}, clock_timestamp())`);
}

/** Saves what a request may change. The caller holds the row's lock. */
export async function saveBudget(tx: Transaction, budget: Budget): Promise<void> {
  await tx.execute(sql`update billing.budget
    set name = ${budget.name}, limit_nanos = ${budget.limitNanos}, is_hard = ${budget.isHard}, is_shadow = ${budget.isShadow},
        rolls_over = ${budget.rollsOver}, allows_unknown = ${budget.allowsUnknown}, alert_percents = ${budget.alertPercents},
        is_blocked = ${budget.isBlocked}, closed_at = ${budget.closedAt}
    where id = ${budget.id}`);
}

/** Remembers the highest percentage that was announced, by budget. The caller holds the rows' locks. */
export async function saveAlerted(tx: Transaction, alerted: ReadonlyMap<string, number>): Promise<void> {
  await tx.execute(sql`update billing.budget b set alerted_percent = a.percent
    from unnest(${[...alerted.keys()]}::uuid[], ${[...alerted.values()]}::integer[]) as a (id, percent) where b.id = a.id`);
}

/** A change as the audit log records it: what became of what, or how it began. What a scope names may be a person. */
export function budgetChanges(before: BudgetTerms | null, after: BudgetTerms): RowChange[] {
  const terms = ({ limitNanos, alertPercents, closedAt, ...budget }: BudgetTerms) => ({
    ...{ name: budget.name, parentId: budget.parentId, scopeKind: budget.scopeKind, currency: budget.currency },
    ...{ period: budget.period, limit: formatNanos(limitNanos), hard: budget.isHard, shadow: budget.isShadow },
    ...{ rollover: budget.rollsOver, allowUnknown: budget.allowsUnknown, alertPercents: alertPercents.join(', ') },
    closedAt: closedAt?.toISOString() ?? null,
  });
  const change = { resource: 'budget', id: after.id, new: terms(after) };
  return [before ? { ...change, action: 'update', old: terms(before) } : { ...change, action: 'insert' }];
}

export function toMessage(budget: Budget): BudgetMessage {
  const { limitNanos, carriedNanos, spentNanos, heldNanos } = budget;
  const leftNanos = limitNanos + carriedNanos - spentNanos - heldNanos;
  return {
    ...{ id: budget.id, parentId: budget.parentId, name: budget.name, scope: scopeOf(budget) },
    ...{ currency: budget.currency, period: budget.period, limit: formatNanos(limitNanos) },
    ...{ carried: formatNanos(carriedNanos), spent: formatNanos(spentNanos), held: formatNanos(heldNanos) },
    available: formatNanos(leftNanos > 0n ? leftNanos : 0n),
    ...{ hard: budget.isHard, shadow: budget.isShadow, rollover: budget.rollsOver, allowUnknown: budget.allowsUnknown },
    alertPercents: [...budget.alertPercents],
    ...{ periodStartsAt: budget.periodStartsAt, periodEndsAt: budget.periodEndsAt, blocked: budget.isBlocked },
    ...{ closedAt: budget.closedAt, createdAt: budget.createdAt },
  };
}

function scopeOf({ scopeKind: kind, scopeId: id }: Budget): BudgetMessage['scope'] {
  return kind !== null && id !== null ? { kind, id } : null;
}
