import type { AgentEvent } from '@tenantry/contracts';
import { claimEvents, sql, type Job, type Transaction } from '@tenantry/database';
import type { Rows } from '../rows.js';
import type { NewAgentEvent } from './agent-event.js';

/** What tells who reads along that there is more; it says nothing else. */
export const CHANNEL = 'agents_event';

/**
 * Numbers events of the transaction's tenant and adds them; those that were added before are left out. The number's row stays locked until
 * the commit, so nobody sees a later event before an earlier one.
 */
export async function appendEvents(tx: Transaction, consumer: string, events: readonly NewAgentEvent[]): Promise<void> {
  const { tenantId } = tx;
  const claimed = await claimEvents(
    tx,
    consumer,
    events.map(({ id }) => ({ eventId: id, tenantId })),
  );
  const fresh = events.filter(({ id }) => claimed.has(id));
  if (fresh.length === 0) return;
  const head = await tx.one<{ position: bigint }>(sql`
    insert into agents.agent_event_head (tenant_id, position) values (${tenantId}, ${fresh.length})
    on conflict (tenant_id) do update set position = agent_event_head.position + excluded.position returning position`);
  const before = head!.position - BigInt(fresh.length);
  const each = <T>(value: (event: NewAgentEvent) => T): T[] => fresh.map(value);
  tx.finish(sql`insert into agents.agent_event (tenant_id, position, id, type, agent_id, user_id, run_id, data, occurred_at)
    select ${tenantId}, ${before} + e.number, e.id, e.type, e.agent_id, e.user_id, e.run_id, e.data, e.occurred_at
    from unnest(${each(({ id }) => id)}::uuid[], ${each(({ type }) => type)}::text[], ${each(({ agentId }) => agentId)}::uuid[],
      ${each(({ userId }) => userId)}::text[], ${each(({ runId }) => runId)}::uuid[],
      ${each(({ data }) => JSON.stringify(data))}::jsonb[], ${each(({ occurredAt }) => occurredAt)}::timestamptz[])
      with ordinality as e (id, type, agent_id, user_id, run_id, data, occurred_at, number)`);
  tx.finish(sql`select pg_notify(${CHANNEL}, '')`);
}

const columns = sql`position, id, type, agent_id as "agentId", user_id as "userId", run_id as "runId", data, occurred_at as "occurredAt"`;

/** Which events a list has; null: all. */
export interface EventFilter {
  readonly type: string | null;
  readonly agentId: string | null;
  readonly userId: string | null;
  readonly runId: string | null;
  readonly since: Date | null;
  /** Continues the list after the event at this position. */
  readonly before: bigint | null;
}

/** The newest first. */
export function listEventRows(rows: Rows, filter: EventFilter, limit: number): Promise<AgentEvent[]> {
  const { type, agentId, userId, runId, since, before } = filter;
  return rows.query<AgentEvent>(sql`select ${columns} from agents.agent_event
    where (${type}::text is null or type = ${type}) and (${agentId}::uuid is null or agent_id = ${agentId})
      and (${userId}::text is null or user_id = ${userId}) and (${runId}::uuid is null or run_id = ${runId})
      and (${since}::timestamptz is null or occurred_at >= ${since}) and (${before}::bigint is null or position < ${before})
    order by position desc limit ${limit}`);
}

/** The oldest first, behind a position. */
export function eventsAfter(rows: Rows, position: bigint, limit: number): Promise<AgentEvent[]> {
  return rows.query<AgentEvent>(
    sql`select ${columns} from agents.agent_event where position > ${position} order by position limit ${limit}`,
  );
}

/** The position of the tenant's newest event; 0 when there is none. */
export async function findHead(rows: Rows): Promise<bigint> {
  const [head] = await rows.query<{ position: bigint }>(sql`select position from agents.agent_event_head`);
  return head?.position ?? 0n;
}

/** The positions of the newest events of tenants. */
export async function findHeads(job: Job, tenantIds: readonly string[]): Promise<Map<string, bigint>> {
  const heads = await job.query<{ tenantId: string; position: bigint }>(sql`select tenant_id as "tenantId", position
    from agents.agent_event_head where tenant_id = any(${[...tenantIds]}::uuid[])`);
  return new Map(heads.map(({ tenantId, position }) => [tenantId, position]));
}

/** Deletes events of all tenants that happened before a moment; answers how many. */
export function deleteOldEvents(tx: Transaction, before: Date, limit: number): Promise<number> {
  return tx.execute(sql`delete from agents.agent_event where (tenant_id, position) in (
    select tenant_id, position from agents.agent_event where occurred_at < ${before} limit ${limit})`);
}
