import type { AgentApproval } from '@tenantry/contracts';
import { sql, type ControlDatabase, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import { statusAt, type Approval } from './approval.js';

/** What one agent may have waiting, so that nobody is buried in questions. */
export const MAX_PENDING = 100;

const columns = sql`id, agent_id as "agentId", on_behalf_of as "onBehalfOf", tool, arguments, digest, status,
  requested_at as "requestedAt", expires_at as "expiresAt", decided_by as "decidedBy", decided_at as "decidedAt"`;

/** @throws Fault `conflict` when the agent has too many waiting */
export async function insertApproval(tx: Transaction, approval: Approval): Promise<void> {
  const { id, agentId, onBehalfOf, tool, digest, requestedAt, expiresAt } = approval;
  const inserted = await tx.execute(sql`
    insert into agents.approval (tenant_id, id, agent_id, on_behalf_of, tool, arguments, digest, requested_at, expires_at)
    select ${tx.tenantId}::uuid, ${id}::uuid, ${agentId}::uuid, ${onBehalfOf}::uuid, ${tool}, ${JSON.stringify(approval.arguments)}::jsonb,
      ${digest}, ${requestedAt}::timestamptz, ${expiresAt}::timestamptz
    where (select count(*) < ${MAX_PENDING} from agents.approval
      where agent_id = ${agentId} and status = 'pending' and expires_at > ${requestedAt}::timestamptz)`);
  if (inserted !== 1)
    throw new Fault('conflict', {
      detail: `At most ${MAX_PENDING} calls of an agent wait for approval; decide some first`,
    });
}

/** @throws Fault `not-found` */
export async function lockApproval(tx: Transaction, id: string): Promise<Approval> {
  const approval = await tx.one<Approval>(sql`select ${columns} from agents.approval where id = ${id} for update`);
  if (!approval) throw new Fault('not-found');
  return approval;
}

/** Saves a decision, or that it was used. The caller holds the row's lock. */
export async function saveApproval(tx: Transaction, { id, status, decidedBy, decidedAt }: Approval): Promise<void> {
  await tx.execute(sql`update agents.approval
    set status = ${status}, decided_by = ${decidedBy}, decided_at = ${decidedAt} where id = ${id}`);
}

/** The newest first; `beforeId` continues after the approval with that id. */
export function listApprovalRows(
  rows: Rows,
  { status, beforeId, now }: { readonly status: string | null; readonly beforeId: string | null; readonly now: Date },
  limit: number,
): Promise<Approval[]> {
  const present = sql`case when status in ('pending', 'approved') and expires_at <= ${now} then 'expired' else status end`;
  return rows.query<Approval>(sql`select ${columns} from agents.approval
    where (${status}::text is null or ${present} = ${status}) and (${beforeId}::uuid is null or id < ${beforeId})
    order by id desc limit ${limit}`);
}

/** Removes approvals that ended before a time. */
export async function sweepApprovals(control: ControlDatabase, before: Date): Promise<void> {
  await control.job('agents_sweep').query(sql`delete from agents.approval where expires_at < ${before}`);
}

export function toMessage({ digest: _, ...approval }: Approval, now: Date): AgentApproval {
  return { ...approval, arguments: { ...approval.arguments }, status: statusAt({ digest: '', ...approval }, now) };
}
