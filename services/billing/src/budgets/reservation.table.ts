import type { Reservation as ReservationMessage } from '@tenantry/contracts';
import { sql, StatementError } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { ChangedSpending } from './alerts.js';
import type { Rows } from './budget.table.js';
import type { Verdict } from './reservation.js';

/** What it is for, in the caller's words. */
export type Purpose = NonNullable<ReservationMessage['purpose']>;

/** A hold that is asked for. Amounts are nano-units. */
export interface Wish {
  readonly id: string;
  readonly accounts: readonly string[];
  /** Null when it is not known. */
  readonly estimateNanos: bigint | null;
  readonly currency: string;
  readonly lastsS: number;
  readonly purpose: Purpose | null;
}

/** A reservation as it is. */
export interface Reservation {
  readonly id: string;
  readonly state: string;
  readonly accounts: readonly string[];
  readonly estimateNanos: bigint | null;
  readonly actualNanos: bigint | null;
  readonly currency: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly purpose: Purpose | null;
  /** The hold that it is a part of. */
  readonly parentId: string | null;
}

/** What ending a hold did: the hold as it was, and each of its budgets as it is now. */
export interface Ended {
  readonly hold: Omit<Reservation, 'state' | 'actualNanos'>;
  readonly budgets: readonly ChangedSpending[];
}

/** The columns of a verdict. */
export const verdict = sql`budget_id as "budgetId", name, limit_nanos as "limitNanos", spent_nanos as "spentNanos", held_nanos as "heldNanos",
  headroom_nanos as "headroomNanos", resets_at as "resetsAt", reason, is_hard as "isHard", is_enforced as "isEnforced", judged_at as "judgedAt"`;

/**
 * Holds an amount on all budgets, or on none: the hold is there if and only if the verdicts allow it. `isSpent` records what has been
 * spent already, and then only what is left is held.
 * @throws Fault `not-found` when a budget is unknown
 */
export async function reserve(rows: Rows, wish: Wish, zone: string, isSpent = false): Promise<Verdict[]> {
  return rows.query<Verdict>(sql`select ${verdict} from billing.reserve_budgets(${wish.id}, ${wish.accounts}, ${wish.estimateNanos},
    ${wish.currency}, make_interval(secs => ${wish.lastsS}), ${zone}, ${wish.purpose}::jsonb, ${isSpent})`);
}

/** The verdicts that `reserve` would give right now. @throws Fault `not-found` when a budget is unknown */
export async function simulate(
  rows: Rows,
  wish: Omit<Wish, 'id' | 'lastsS' | 'purpose'>,
  zone: string,
): Promise<Verdict[]> {
  return rows.query<Verdict>(sql`with clock as materialized (select clock_timestamp() as at)
    select ${verdict} from (
      select v.* from clock, billing.budgets_at(clock.at, ${zone}) b,
        billing.judge_budget(b, ${wish.estimateNanos}::bigint, ${wish.currency}, clock.at) v
      where b.id = any (billing.budget_closure(${wish.accounts}))) v`);
}

/** How a hold ends. */
export interface End {
  readonly id: string;
  /** What was spent, in nano-units; null releases the hold. */
  readonly actualNanos: bigint | null;
  readonly zone: string;
  /** Nobody can be told of an alert: when one is due, nothing is done. */
  readonly isQuiet: boolean;
}

/**
 * Ends a hold and counts what was spent.
 * @throws Fault `not-found`, `conflict` when it has been settled or released before; whatever `isAlertDue` knows
 */
export async function endHold(rows: Rows, { id, actualNanos, zone, isQuiet }: End): Promise<Ended> {
  type Row = ChangedSpending & Ended['hold'] & { readonly priorState: string };
  const ended =
    await rows.query<Row>(sql`select prior_state as "priorState", asked_ids as accounts, estimate_nanos as "estimateNanos",
      created_at as "createdAt", expires_at as "expiresAt", currency, purpose, parent_id as "parentId", budget_id as "budgetId", name, period_starts_at as "periodStartsAt",
      limit_nanos as "limitNanos", spent_nanos as "spentNanos", alert_percents as "alertPercents", alerted_percent as "alertedPercent"
    from billing.end_hold(${id}, ${actualNanos}, ${zone}, ${isQuiet})`);
  const [{ priorState, accounts, estimateNanos, currency, createdAt, expiresAt, purpose, parentId }] = ended as [Row];
  if (priorState === 'settled' || priorState === 'released') {
    throw new Fault('conflict', {
      detail: `The reservation has been ${priorState} already`,
      extra: { state: priorState },
    });
  }
  return { hold: { id, accounts, estimateNanos, currency, createdAt, expiresAt, purpose, parentId }, budgets: ended };
}

/** What was spent of a hold, in nano-units. */
export interface Settlement {
  readonly id: string;
  readonly actualNanos: bigint;
}

/**
 * Settles holds together, and answers which: parts of others, those that have ended or cost more than was held are left as they are.
 * @throws whatever `isAlertDue` knows, and then none is settled
 */
export async function settleHolds(rows: Rows, settlements: readonly Settlement[], zone: string): Promise<string[]> {
  const [ids, actuals] = [settlements.map(({ id }) => id), settlements.map(({ actualNanos }) => actualNanos)];
  const settled = await rows.query<{ id: string }>(
    sql`select id from billing.settle_holds(${ids}::uuid[], ${actuals}::bigint[], ${zone}) id`,
  );
  return settled.map(({ id }) => id);
}

/** Whether a hold could not be ended because it had been before, or was never made; a deadlock is a conflict too, and is neither. */
export function isNothingToEnd(error: unknown): boolean {
  return error instanceof Fault && (error.reason === 'not-found' || 'state' in (error.extra ?? {}));
}

/** Whether a quiet end was refused because an alert is due, or, of several ends, one stands out. */
export function isAlertDue(error: unknown): boolean {
  return error instanceof StatementError && error.sqlstate === 'BA409';
}

/** @throws Fault `not-found` */
export async function findReservation(rows: Rows, id: string): Promise<Reservation> {
  const [reservation] =
    await rows.query<Reservation>(sql`select id, asked_ids as accounts, estimate_nanos as "estimateNanos",
      actual_nanos as "actualNanos", currency, purpose, parent_id as "parentId", created_at as "createdAt", expires_at as "expiresAt",
      case when state = 'held' and expires_at <= clock_timestamp() then 'expired' else state end as state
    from billing.budget_hold where id = ${id}`);
  if (!reservation) throw new Fault('not-found');
  return reservation;
}

/** What is counted for a hold, in nano-units: nothing while it is held or after it was released. Null when there is no such hold. */
export async function countedNanos(rows: Rows, id: string): Promise<bigint | null> {
  const [hold] = await rows.query<{ nanos: bigint }>(
    sql`select coalesce(actual_nanos, 0) as nanos from billing.budget_hold where id = ${id}`,
  );
  return hold?.nanos ?? null;
}

export function toMessage({ estimateNanos, actualNanos, accounts, ...rest }: Reservation): ReservationMessage {
  const text = (nanos: bigint | null): string | null => (nanos === null ? null : formatNanos(nanos));
  return { ...rest, accounts: [...accounts], estimate: text(estimateNanos), actual: text(actualNanos) };
}
