import { sql, StatementError } from '@tenantry/database';
import type { Rows } from './budget.table.js';
import { verdict, type Purpose } from './reservation.table.js';
import type { Verdict } from './reservation.js';

/** A part of a hold that is asked for. */
export interface PartWish {
  readonly id: string;
  /** The hold that it is to be a part of. */
  readonly wholeId: string;
  /** Budgets besides those of the whole. */
  readonly accounts: readonly string[];
  readonly estimateNanos: bigint;
  readonly lastsS: number;
  readonly purpose: Purpose | null;
}

/**
 * Takes a part of a hold, or nothing: it is there if and only if the verdicts, those of other budgets than the whole's, allow it.
 * @throws Fault `not-found`; whatever `isEnded` and `isTooMuch` know
 */
export async function splitHold(
  rows: Rows,
  { id, wholeId, accounts, estimateNanos, lastsS, purpose }: PartWish,
  zone: string,
): Promise<Verdict[]> {
  return rows.query<Verdict>(sql`select ${verdict} from billing.split_hold(${id}, ${wholeId}, ${accounts}::uuid[], ${estimateNanos},
    make_interval(secs => ${lastsS}), ${zone}, ${purpose}::jsonb)`);
}

/** What a hold has left to split, in nano-units; nobody else takes from it until the commit. Null when it is not held any more, or never was. */
export async function lockWhole(rows: Rows, id: string): Promise<bigint | null> {
  const [whole] = await rows.query<{
    leftNanos: bigint | null;
  }>(sql`select estimate_nanos as "leftNanos" from billing.budget_hold
    where id = ${id} and state = 'held' and expires_at > clock_timestamp() for no key update`);
  return whole?.leftNanos ?? null;
}

/** Whether a hold could not be split because it is not held any more. */
export function isEnded(error: unknown): boolean {
  return error instanceof StatementError && error.sqlstate === 'BH409';
}

/** Whether a hold could not be split because it has less, or nobody knows how much. */
export function isTooMuch(error: unknown): boolean {
  return error instanceof StatementError && error.sqlstate === 'BH402';
}
