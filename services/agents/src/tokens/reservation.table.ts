import { sql, type Job, type Transaction } from '@tenantry/database';
import { Fault, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { Rows } from '../rows.js';

/** The hold that pays for what a token may spend; its id is the token's. */
export interface TokenReservation {
  readonly id: string;
  readonly limitNanos: bigint;
  /** From when on it is to be ended. */
  readonly dueAt: Date;
  /** The same for requests that must be answered alike; null when none need be. */
  readonly requestKey: string | null;
}

/** Writes that a hold is about to be made, as the budget of a token that is about to be. False when it was asked for before. */
export async function insertReservation(tx: Transaction, one: TokenReservation): Promise<boolean> {
  const { id, limitNanos, dueAt, requestKey } = one;
  const inserted =
    await tx.execute(sql`insert into agents.token_allowance (tenant_id, id, hold_id, limit_nanos, expires_at, hold_due_at,
      request_key)
    values (${tx.tenantId}, ${id}, ${id}, ${limitNanos}, ${dueAt}, ${dueAt}, ${requestKey})
    on conflict (tenant_id, request_key) where request_key is not null do nothing`);
  return inserted > 0;
}

/** Lets a hold last as long as its token does. @throws Fault `unavailable` when it is being ended before the token came to be */
export async function keepReservation(tx: Transaction, id: string, expiresAt: Date, now: Date): Promise<void> {
  const kept =
    await tx.execute(sql`update agents.token_allowance set expires_at = ${expiresAt}, hold_due_at = ${expiresAt}
    where id = ${id} and hold_ended_at is null and hold_due_at > ${now}`);
  if (kept === 0) throw new Fault('unavailable', { detail: 'This took too long; ask again', retryAfterS: 1 });
}

/** Has a hold ended soon whose token will not be, unless that came to be after all; the request may be made again. */
export async function dropReservation(rows: Rows, { id, dueAt }: TokenReservation, now: Date): Promise<void> {
  await rows.query(sql`update agents.token_allowance set hold_due_at = ${now}, request_key = null
    where id = ${id} and hold_due_at = ${dueAt}`);
}

/** Has the holds of tokens ended soon: they were revoked. */
export async function endReservationsSoon(tx: Transaction, tokenIds: readonly string[], at: Date): Promise<void> {
  await tx.execute(sql`update agents.token_allowance set hold_due_at = ${at}
    where id = any(${[...tokenIds]}::uuid[]) and hold_due_at > ${at} and hold_ended_at is null`);
}

/** Has the holds of an agent's tokens ended soon: it is stopped. */
export async function endReservationsOf(tx: Transaction, agentId: string, at: Date): Promise<void> {
  await tx.execute(sql`update agents.token_allowance a set hold_due_at = ${at} from agents.agent_token t
    where t.agent_id = ${agentId} and t.id = a.id and a.hold_due_at > ${at} and a.hold_ended_at is null`);
}

/** A hold that is to be ended. */
export interface DueReservation {
  readonly tenantId: string;
  readonly id: string;
}

/** Holds that are to be ended, the longest due first: those that are due, and all of a tenant, or of the platform, whose agents are stopped. */
export function listDueReservations(job: Job, at: Date, limit: number): Promise<DueReservation[]> {
  return job.query<DueReservation>(sql`select tenant_id as "tenantId", id from agents.token_allowance a
    where hold_ended_at is null and (hold_due_at <= ${at} or exists (select from agents.agent_stop s
      where s.stopped and s.tenant_id in (a.tenant_id, ${PLATFORM_TENANT_ID}) and a.hold_due_at is not null)) order by hold_due_at limit ${limit}`);
}

/** Writes that holds have been ended. */
export async function saveReservationsEnded(
  tx: Transaction,
  ended: readonly DueReservation[],
  at: Date,
): Promise<void> {
  await tx.execute(sql`update agents.token_allowance a set hold_ended_at = ${at}, request_key = case when exists (
      select from agents.agent_token t where t.tenant_id = a.tenant_id and t.id = a.id) then a.request_key end
    from unnest(${ended.map(({ tenantId }) => tenantId)}::uuid[], ${ended.map(({ id }) => id)}::uuid[]) as e (tenant_id, id)
    where a.tenant_id = e.tenant_id and a.id = e.id`);
}
