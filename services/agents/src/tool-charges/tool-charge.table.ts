import { sql, type Job, type Transaction } from '@tenantry/database';
import type { Rows } from '../rows.js';
import type { ToolCharge } from './tool-charge.js';

export async function insertCharge(rows: Rows, tenantId: string, one: ToolCharge): Promise<void> {
  await rows.query(sql`insert into agents.tool_charge (tenant_id, id, run_id, agent_id, on_behalf_of, location_id, tool, lost_nanos, started_at,
      deadline_at)
    values (${tenantId}, ${one.id}, ${one.runId}, ${one.agentId}, ${one.onBehalfOf}, ${one.locationId}, ${one.tool}, ${one.lostNanos},
      ${one.startedAt}, ${one.deadlineAt})`);
}

/** Writes what a call cost; false when somebody had ended it before. */
export async function endCharge(tx: Transaction, id: string, costNanos: bigint, endedAt: Date): Promise<boolean> {
  const ended = await tx.execute(sql`update agents.tool_charge set cost_nanos = ${costNanos}, ended_at = ${endedAt}
    where id = ${id} and ended_at is null`);
  return ended > 0;
}

/** Writes that a cost has been counted on the budgets. */
export async function saveChargeSettled(rows: Rows, id: string, settledAt: Date): Promise<void> {
  await rows.query(
    sql`update agents.tool_charge set settled_at = ${settledAt} where id = ${id} and settled_at is null`,
  );
}

/** A charge that is to be counted. */
export interface UnsettledCharge {
  readonly tenantId: string;
  readonly id: string;
  readonly costNanos: bigint;
}

/** Ends charges that nobody is left to end, at what asking about arguments cost. Answers how many. */
export function endLostCharges(tx: Transaction, at: Date, limit: number): Promise<number> {
  return tx.execute(sql`update agents.tool_charge k set cost_nanos = k.lost_nanos, ended_at = ${at}
    from (select tenant_id, id from agents.tool_charge where ended_at is null and deadline_at < ${at}
          order by deadline_at limit ${limit} for update skip locked) due
    where k.tenant_id = due.tenant_id and k.id = due.id`);
}

/** Charges that ended before a moment and are not counted, the oldest first. */
export function listUnsettledCharges(job: Job, before: Date, limit: number): Promise<UnsettledCharge[]> {
  return job.query<UnsettledCharge>(sql`select tenant_id as "tenantId", id, cost_nanos as "costNanos" from agents.tool_charge
    where ended_at <= ${before} and settled_at is null order by ended_at limit ${limit}`);
}

/** Writes that many charges have been counted, at what was counted for each. */
export async function saveChargesSettled(
  tx: Transaction,
  settled: readonly UnsettledCharge[],
  at: Date,
): Promise<void> {
  const each = <T>(value: (one: UnsettledCharge) => T): T[] => settled.map(value);
  await tx.execute(sql`update agents.tool_charge k set settled_at = ${at}, cost_nanos = s.nanos
    from unnest(${each(({ tenantId }) => tenantId)}::uuid[], ${each(({ id }) => id)}::uuid[], ${each(({ costNanos }) => costNanos)}::bigint[])
      as s (tenant_id, id, nanos)
    where k.tenant_id = s.tenant_id and k.id = s.id and k.settled_at is null`);
}
