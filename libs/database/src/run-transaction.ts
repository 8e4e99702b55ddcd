import { Fault, type TenantContext } from '@tenantry/kernel';
import type { Cells } from './cells.js';
import type { Outgoing } from './messages/envelope.js';
import { IdempotencyGuard } from './messages/idempotency.js';
import { OpenTransaction, type Opening } from './open-transaction.js';
import type { Transaction } from './transaction.js';
import { abortFault } from './wire/abort.js';
import type { PgConnection } from './wire/connection.js';
import type { Step, StepResult } from './wire/flight.js';
import { type Settings, type Shape, fixedStep, settingStep } from './wire/steps.js';

/** Everything a door decides about a transaction before it begins. */
export interface TransactionPlan {
  readonly service: string;
  readonly tenantId: string;
  readonly ctx: TenantContext | null;
  /** Who acts: set first, and held to the end. */
  readonly settings: Settings;
  /** Where the work happens: a role, a search path. Left again for what the commit writes. */
  readonly place: Settings;
  readonly shape: Shape;
}

/** What a door decides about a single statement's commit. */
export interface CommitPlan {
  readonly ctx: TenantContext;
  readonly settings: Settings;
}

const BEGIN = fixedStep('begin read write');
const COMMIT = fixedStep('commit');
const ROLLBACK = fixedStep('rollback');
const LEAVE_ROLE = settingStep({ role: 'none' });

/**
 * Runs work in one commit. The first flight begins, says who acts and checks that the tenant may write; the first statement of the work
 * rides in it, unless an idempotency key is claimed, which must be known before. The last one writes events and the answer, checks the
 * tenant again and commits; work without a statement has only that one. Whatever goes wrong, the connection is given back clean or closed.
 */
export async function runTransaction<T>(
  cells: Cells,
  cell: string,
  plan: TransactionPlan,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const signal = plan.ctx?.signal ?? null;
  const pool = cells.pool(cell);
  const connection = await pool.acquire(signal);
  const guard = guardOf(plan);
  const tx = new OpenTransaction(connection, plan, {
    shape: plan.shape,
    signal,
    opening: guard ? null : openingOf(plan),
  });
  try {
    if (guard) await claim(connection, plan, guard);
    const result = await untilInterrupted(connection, signal, work(tx));
    await tx.close();
    const { remaining, outgoing } = tx;
    assertCommitted(
      await connection.fly([...remaining, ...closingSteps(plan, outgoing, guard?.answerStep(result))], signal),
    );
    if (outgoing.length > 0) cells.tellOutbox(cell);
    return result;
  } catch (error) {
    await tx.close();
    throw error;
  } finally {
    await rollBack(connection);
    pool.release(connection);
  }
}

/**
 * One statement in its own commit, all of it in one flight: begin, who acts, the statement, may the tenant write, commit. The rows that
 * it locks are free again without waiting for us.
 */
export async function commitOne(cells: Cells, plan: CommitPlan, statement: Step): Promise<object[]> {
  const signal = plan.ctx.signal;
  const pool = cells.pool(plan.ctx.cell);
  const connection = await pool.acquire(signal);
  try {
    const steps = [BEGIN, settingStep(plan.settings), statement, ...mayWriteSteps(plan.ctx), COMMIT];
    const results = await connection.fly(steps, signal);
    assertCommitted(results);
    return results[2]!.rows;
  } finally {
    await rollBack(connection);
    pool.release(connection);
  }
}

/** Ends what a failure left open. When that fails too, the pool closes the connection. */
export async function rollBack(connection: PgConnection): Promise<void> {
  if (connection.isInTransaction) {
    await connection.fly([ROLLBACK]).catch(() => undefined);
  }
}

function openingOf(plan: TransactionPlan): Opening {
  if (!plan.ctx) {
    const begin = [BEGIN, settingStep({ ...plan.settings, ...plan.place })]; // nothing is asked between the two
    return { withStatement: begin, withCommit: begin };
  }
  const place = placeSteps(plan);
  return { withStatement: [...beginSteps(plan), ...place], withCommit: [...enterSteps(plan), ...place] };
}

/** Begins, says who acts, and asks whether the tenant may write. */
function beginSteps(plan: TransactionPlan): Step[] {
  return [...enterSteps(plan), ...mayWriteSteps(plan.ctx)];
}

/** Begins and says who acts: whether the tenant may write is asked before the commit, and in one flight with it once is enough. */
function enterSteps({ settings }: TransactionPlan): Step[] {
  return [BEGIN, settingStep(settings)];
}

function placeSteps({ place }: TransactionPlan): Step[] {
  return Object.keys(place).length > 0 ? [settingStep(place)] : [];
}

/** Begins, and claims the idempotency key. @throws IdempotentReplay when this request was answered before */
async function claim(connection: PgConnection, plan: TransactionPlan, guard: IdempotencyGuard): Promise<void> {
  const begin = beginSteps(plan);
  const steps = [...begin, ...guard.claimSteps(), ...placeSteps(plan)];
  const results = await connection.fly(steps, plan.ctx?.signal ?? null);
  guard.judge([results[begin.length]!, results[begin.length + 1]!]);
}

function closingSteps(plan: TransactionPlan, outgoing: readonly Outgoing[], answer: Step | undefined): Step[] {
  return [
    ...(plan.place.role === undefined ? [] : [LEAVE_ROLE]),
    ...(outgoing.length > 0 ? [outboxStep(plan.service, outgoing)] : []),
    ...(answer ? [answer] : []),
    ...mayWriteSteps(plan.ctx),
    COMMIT,
  ];
}

function assertCommitted(results: readonly StepResult[]): void {
  if (results.at(-1)!.tag !== 'COMMIT') {
    throw new Error('Postgres undid the transaction instead of committing it');
  }
}

function guardOf({ service, tenantId, ctx }: TransactionPlan): IdempotencyGuard | null {
  return ctx?.idempotency ? new IdempotencyGuard(service, tenantId, ctx.actor, ctx.idempotency) : null;
}

/** The tenant whose request this is must be allowed to write; work of the service itself is not anybody's request. */
function mayWriteSteps(ctx: TenantContext | null): Step[] {
  if (!ctx) {
    return [];
  }
  const exempt = ctx.purpose !== 'request' ? 'any' : ctx.whenSuspended ? 'suspended' : 'none';
  return [fixedStep('select platform.assert_may_write($1, $2)', [ctx.tenantId, exempt])];
}

/** One message, as most commits have, goes as plain values: a list of them would be planned anew each time. */
function outboxStep(service: string, outgoing: readonly Outgoing[]): Step {
  const into = `insert into "${service}".outbox (id, tenant_id, kind, subject, payload, headers)`;
  const [first] = outgoing;
  if (first && outgoing.length === 1) {
    const { id, tenantId, kind, subject, payload, headers } = first;
    return fixedStep(`${into} values ($1, $2, $3, $4, $5, $6)`, [id, tenantId, kind, subject, payload, headers]);
  }
  return fixedStep(
    `${into} select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[])`,
    [
      outgoing.map((one) => one.id),
      outgoing.map((one) => one.tenantId),
      outgoing.map((one) => one.kind),
      outgoing.map((one) => one.subject),
      outgoing.map((one) => one.payload),
      outgoing.map((one) => one.headers),
    ],
  );
}

/** Work that waits for something else must not keep a connection whose caller, or whose session, is gone. */
async function untilInterrupted<T>(connection: PgConnection, signal: AbortSignal | null, work: Promise<T>): Promise<T> {
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(abortFault(signal!));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) {
    onAbort();
  }
  connection.onLoss = () =>
    reject(new Fault('unavailable', { detail: 'The database ended the transaction', retryAfterS: 1 }));
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    connection.onLoss = null;
  }
}
