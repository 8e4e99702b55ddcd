import { Fault, type Reason } from '@tenantry/kernel';
import pg from 'pg';

/**
 * A statement that Postgres refused, without anything that could hold a value: DETAIL, HINT and the messages of data
 * errors stay behind. Thrown by itself it is a bug in a statement; as a fault's cause it says what happened.
 */
export class StatementError extends Error {
  override readonly name = 'StatementError';

  constructor(
    readonly sqlstate: string,
    readonly facts: { readonly table?: string; readonly column?: string; readonly constraint?: string },
    message: string,
  ) {
    super(message);
  }
}

interface Refusal {
  readonly reason: Reason;
  readonly detail?: string;
  readonly retryAfterS?: number;
}

const BUSY: Refusal = { reason: 'unavailable', detail: 'The database is not available right now', retryAfterS: 1 };
const AGAIN: Refusal = { reason: 'conflict', detail: 'Another change came in between; try again', retryAfterS: 1 };
const STALE: Refusal = { ...BUSY, detail: 'The table was changed just now; try again' };
const BAD_VALUE: Refusal = { reason: 'invalid-input', detail: 'A value does not fit the type of its column' };

const refusals: Readonly<Record<string, Refusal>> = {
  '23505': { reason: 'unique-violation' },
  '23503': { reason: 'foreign-key-violation' },
  '23502': { reason: 'not-null-violation' },
  '23514': { reason: 'check-violation' },
  '23P01': { reason: 'conflict' },
  '57014': { reason: 'statement-timeout' },
  '42501': { reason: 'forbidden' },
  '40001': AGAIN,
  '40P01': AGAIN,
  '55P03': AGAIN,
  '25P03': { ...BUSY, detail: 'The transaction waited too long and was ended' },
  TN404: { reason: 'not-found' },
  TN409: { reason: 'tenant-state' },
  TN423: { reason: 'tenant-suspended' },
};

/** Whole classes of SQLSTATE; a code above goes first. */
const classes: Readonly<Record<string, Refusal>> = { '08': BUSY, '53': BUSY, '57': BUSY, '22': BAD_VALUE };

/** Data errors quote the value; these classes only name what the statement's author wrote. */
const SPEAKABLE_CLASSES = new Set(['0A', '25', '26', '42', 'P0', 'TN']);

/** What leaves this library instead of an error of the driver. Anything that is not one passes unchanged. */
export function translateError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) {
    return isConnectionLoss(error)
      ? new Fault('unavailable', { detail: BUSY.detail, retryAfterS: 1, cause: error })
      : error;
  }
  const sqlstate = error.code ?? 'XX000';
  const facts = { table: error.table, column: error.column, constraint: error.constraint };
  const kind = sqlstate.slice(0, 2);
  const cause = new StatementError(
    sqlstate,
    facts,
    `Postgres refused a statement (${sqlstate}${facts.constraint ? `, ${facts.constraint}` : ''})${
      SPEAKABLE_CLASSES.has(kind) ? `: ${error.message}` : ''
    }`,
  );
  const refusal = isStalePlan(error) ? STALE : (refusals[sqlstate] ?? classes[kind]);
  if (!refusal) {
    return cause;
  }
  const field = sqlstate === '23502' ? facts.column : undefined;
  return new Fault(refusal.reason, { ...refusal, field, extra: { sqlstate }, cause });
}

/** The table changed since a statement was prepared. The flight that failed has forgotten the plan. */
export function isStalePlan(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
}

const LOST_SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH']);

function isConnectionLoss(error: unknown): error is Error {
  if (!(error instanceof Error)) {
    return false;
  }
  const code = (error as NodeJS.ErrnoException).code;
  // The driver has no class and no code for these.
  const said =
    /^Connection terminated|connection error and is not queryable|timeout (expired|exceeded)|^Client was closed/;
  return (code !== undefined && LOST_SOCKET.has(code)) || said.test(error.message);
}

function isRefusalBy(error: unknown, sqlstate: string, constraint: string): boolean {
  const cause = error instanceof Fault ? error.cause : undefined;
  return cause instanceof StatementError && cause.sqlstate === sqlstate && cause.facts.constraint === constraint;
}

/** For `.catch(…)`: names what a unique constraint means. Other errors pass. */
export function onUnique(constraint: string, fault: () => Fault): (error: unknown) => never {
  return (error) => {
    throw isRefusalBy(error, '23505', constraint) ? fault() : error;
  };
}

/** For `.catch(…)`: names what a foreign key means. Other errors pass. */
export function onForeignKey(constraint: string, fault: () => Fault): (error: unknown) => never {
  return (error) => {
    throw isRefusalBy(error, '23503', constraint) ? fault() : error;
  };
}
