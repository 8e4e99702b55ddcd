import { sql, type Job, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../rows.js';

/** The hold that pays for what a token may spend; its id is the token's. */
export interface TokenReservation {
  readonly id: string;
  readonly limitNanos: bigint;
  /** From when on it is to be ended. */
  readonly dueAt: Date;
}

/** Writes that a hold is about to be made, as the budget of a token that is about to be. */
export async function insertReservation(rows: Rows, tenantId: string, one: TokenReservation): Promise<void> {
  await rows.query(sql`insert into agents.token_allowance (tenant_id, id, hold_id, limit_nanos, expires_at, hold_due_at)
    values (${tenantId}, ${one.id}, ${one.id}, ${one.limitNanos}, ${one.dueAt}, ${one.dueAt})`);
}

/** Lets a hold last as long as its token does. @throws Fault `unavailable` when it has been ended before the token came to be */
export async function keepReservation(tx: Transaction, id: string, expiresAt: Date): Promise<void> {
  const kept =
    await tx.execute(sql`update agents.token_allowance set expires_at = ${expiresAt}, hold_due_at = ${expiresAt}
    where id = ${id} and hold_ended_at is null`);
  if (kept === 0) throw new Fault('unavailable', { detail: 'This took too long; ask again', retryAfterS: 1 });
}

/** Has the holds of tokens ended soon: they were revoked. */
export async function endReservationsSoon(tx: Transaction, tokenIds: readonly string[], at: Date): Promise<void> {
  await tx.execute(sql`update agents.token_allowance set hold_due_at = ${at}
    where id = any(${[...tokenIds]}::uuid[]) and hold_due_at > ${at} and hold_ended_at is null`);
}

/** A hold that is to be ended. */
export interface DueReservation {
  readonly tenantId: string;
  readonly id: string;
}

/** Holds that are to be ended, the longest due first. */
export function listDueReservations(job: Job, at: Date, limit: number): Promise<DueReservation[]> {
  return job.query<DueReservation>(sql`select tenant_id as "tenantId", id from agents.token_allowance
    where hold_due_at <= ${at} and hold_ended_at is null order by hold_due_at limit ${limit}`);
}

/** Writes that holds have been ended. */
export async function saveReservationsEnded(
  tx: Transaction,
  ended: readonly DueReservation[],
  at: Date,
): Promise<void> {
  await tx.execute(sql`update agents.token_allowance a set hold_ended_at = ${at}
    from unnest(${ended.map(({ tenantId }) => tenantId)}::uuid[], ${ended.map(({ id }) => id)}::uuid[]) as e (tenant_id, id)
    where a.tenant_id = e.tenant_id and a.id = e.id`);
}
