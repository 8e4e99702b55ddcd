import type { SupportGrant, TenantContext } from '@tenantry/kernel';
import type { Cells } from './cells.js';
import type { Observe } from './doors.js';
import { isStalePlan, translateError } from './faults.js';
import { rollBack } from './run-transaction.js';
import type { Sql } from './sql.js';
import type { ConnectionPool } from './wire/connection-pool.js';
import type { Step, StepResult } from './wire/flight.js';
import { idleMs } from './wire/idle-clock.js';
import type { Interest, Lane } from './wire/lane.js';
import { type Settings, fixedStep, settingStep } from './wire/steps.js';

/** What every door is made with. */
export interface DoorParts {
  readonly service: string;
  readonly cells: Cells;
  readonly observe: Observe | undefined;
}

/** A slow reader may take this long for one batch of a stream. */
const STREAM_IDLE_TIMEOUT_MS = 60_000;
const DEFAULT_BATCH_ROWS = 500;
const BEGIN_READ_ONLY = fixedStep('begin read only');
const COMMIT = fixedStep('commit');

/** The context's part of a transaction's settings, which policies and functions may look at. */
export function actorSettings(ctx: TenantContext): Settings {
  return { ...whoActs(ctx), ...(ctx.grant ? grantSettings(ctx.grant) : {}) };
}

/** A JSON array of the tables' names, in which `*` stands for all of them: no table is called so. */
function grantSettings({ tables, access }: SupportGrant): Settings {
  return { 'app.grant_tables': JSON.stringify(tables ?? ['*']), 'app.grant_access': access };
}

function whoActs(ctx: TenantContext): Settings {
  // An agent's own rows are those of the member on whose behalf it acts.
  const id = (ctx.actor.kind === 'agent' ? ctx.onBehalfOf : null) ?? ctx.actor.id;
  return { 'app.actor_id': id, 'app.actor_role': ctx.actor.role ?? '', 'app.purpose': ctx.purpose };
}

/** One read-only statement in the same flight as whatever says who asks. */
export async function readInOneFlight(
  pool: ConnectionPool,
  caller: Interest,
  enter: Step,
  statement: Step,
): Promise<object[]> {
  const steps = [enter, statement];
  const lane = pool.laneFor(steps);
  const results =
    (lane && (await rideUnlessStale(lane, steps, caller))) ?? (await readAlone(pool, steps, caller.signal));
  return results[1]!.rows;
}

/** The table changed since a statement was prepared: its plan is forgotten by now, and nothing was done. */
function rideUnlessStale(lane: Lane, steps: readonly Step[], caller: Interest): ReturnType<Lane['ride']> {
  return lane.ride(steps, caller).catch((error: unknown) => {
    if (isStalePlan(error)) {
      return null;
    }
    throw error;
  });
}

/** On a connection that nobody else uses meanwhile. */
async function readAlone(
  pool: ConnectionPool,
  steps: readonly Step[],
  signal: AbortSignal | null,
): Promise<readonly StepResult[]> {
  const connection = pool.tryAcquire() ?? (await pool.acquire(signal));
  const sentAtMs = idleMs();
  try {
    return await connection.fly(steps, signal);
  } catch (error) {
    if (!isStalePlan(error)) {
      throw error;
    }
    return await connection.fly(steps, signal);
  } finally {
    pool.pace.learn(steps.at(-1)!.text, idleMs() - sentAtMs);
    pool.release(connection);
  }
}

/** The rows of one statement through a cursor, in a read-only transaction that ends with the loop. */
export async function* readInBatches<T extends object>(
  pool: ConnectionPool,
  settings: Settings,
  statement: Sql,
  signal: AbortSignal | null,
  batchRows: number = DEFAULT_BATCH_ROWS,
): AsyncIterable<T[]> {
  const declare = {
    text: `declare batches no scroll cursor for ${statement.text}`,
    values: statement.values,
    key: null,
  };
  const fetch: Step = { text: `fetch forward ${Math.trunc(batchRows)} from batches`, values: [], key: null };
  const patience = { idle_in_transaction_session_timeout: String(STREAM_IDLE_TIMEOUT_MS) };
  const connection = await pool.acquire(signal);
  try {
    const enter = settingStep({ ...settings, ...patience });
    let rows = (await connection.fly([BEGIN_READ_ONLY, enter, declare, fetch], signal))[3]!.rows;
    while (rows.length > 0) {
      yield rows as T[];
      rows = rows.length < batchRows ? [] : (await connection.fly([fetch], signal))[0]!.rows;
    }
    await connection.fly([COMMIT], signal);
  } catch (error) {
    throw translateError(error);
  } finally {
    await rollBack(connection);
    pool.release(connection);
  }
}

/** Waits for work, tells the observer that it has ended, and makes its error fit to leave. */
export async function observed<T>(done: ReturnType<Observe> | undefined, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    done?.();
    return result;
  } catch (error) {
    const translated = translateError(error);
    done?.(translated);
    throw translated;
  }
}
