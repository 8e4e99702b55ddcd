import { sql } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import type { Run } from './run.js';
import type { ChargedToolCall, DecisionStep } from './step.js';

/** A run, as far as a call that continues it must know it. */
export interface RunRef {
  /** That of its first call to a model. */
  readonly id: string;
  /** W3C trace context of its first request. */
  readonly traceparent: string | null;
}

/** The run of a call to a model that the same caller made. @throws Fault `not-found` naming the field that named it */
export async function findRunOf(
  rows: Rows,
  callId: string,
  { actor, onBehalfOf }: Pick<TenantContext, 'actor' | 'onBehalfOf'>,
  field = 'metadata.run_id',
): Promise<RunRef> {
  const [found] = await rows.query<RunRef>(sql`select first.id, first.traceparent
    from agents.completion named join agents.completion first on first.id = coalesce(named.run_id, named.id)
    where named.id = ${callId} and first.actor_id = ${actor.id} and first.on_behalf_of is not distinct from ${onBehalfOf}`);
  if (!found) throw new Fault('not-found', { field });
  return found;
}

/** Which runs a list has; null: all. */
export interface RunFilter {
  readonly agentId: string | null;
  readonly conversationId: string | null;
  readonly userId: string | null;
  readonly since: Date | null;
  /** Continues the list after the run with this id. */
  readonly beforeId: string | null;
}

/** What is counted of a run whose first call is `f`. */
const counted = sql`f.id, f.agent_id as "agentId", f.conversation_id as "conversationId", f.actor_id as "actorId",
  f.on_behalf_of as "onBehalfOf", f.location_id as "locationId", f.traceparent, f.started_at as "startedAt",
  coalesce(last.state, f.state) as "lastState", case when last.id is null then f.finish_reason else last.finish_reason end as "lastFinishReason",
  (1 + rest.calls)::integer as "modelCalls", tools.calls::integer as "toolCalls",
  (coalesce(f.cost_nanos, 0) + rest.cost + charges.cost)::bigint as "costNanos",
  case when coalesce(last.state, f.state) = 'open' then null else greatest(f.ended_at, last.ended_at, tools.ended) end as "endedAt"`;

const sources = sql`cross join lateral (select count(*) as calls, coalesce(sum(c.cost_nanos), 0) as cost
      from agents.completion c where c.run_id = f.id) rest
    cross join lateral (select count(*) as calls, max(t.started_at + make_interval(secs => t.duration_ms / 1000.0)) as ended
      from agents.tool_call t where t.run_id = f.id) tools
    cross join lateral (select coalesce(sum(k.cost_nanos), 0) as cost from agents.tool_charge k where k.run_id = f.id) charges
    left join lateral (select c.id, c.state, c.finish_reason, c.ended_at from agents.completion c
      where c.run_id = f.id order by c.id desc limit 1) last on true`;

/** The newest first: ids grow with the time of creation. */
export function listRunRows(rows: Rows, filter: RunFilter, limit: number): Promise<Run[]> {
  const { agentId, conversationId, userId, since, beforeId } = filter;
  return rows.query<Run>(sql`select ${counted}
    from (select * from agents.completion c
      where c.run_id is null and (${agentId}::uuid is null or c.agent_id = ${agentId})
        and (${conversationId}::uuid is null or c.conversation_id = ${conversationId})
        and (${userId}::text is null or ${userId} in (c.actor_id, c.on_behalf_of))
        and (${since}::timestamptz is null or c.started_at >= ${since}) and (${beforeId}::uuid is null or c.id < ${beforeId})
      order by c.id desc limit ${limit}) f ${sources} order by f.id desc`);
}

/** @throws Fault `not-found` */
export async function findRun(rows: Rows, id: string): Promise<Run> {
  const [found] = await rows.query<Run>(
    sql`select ${counted} from agents.completion f ${sources} where f.id = ${id} and f.run_id is null`,
  );
  if (!found) throw new Fault('not-found');
  return found;
}

/** The calls of tools in a run, the oldest first. */
export function listToolCallsOf(rows: Rows, runId: string, limit: number): Promise<ChargedToolCall[]> {
  return rows.query<ChargedToolCall>(sql`select t.id, t.run_id as "runId", t.agent_id as "agentId", t.token_id as "tokenId",
      t.on_behalf_of as "onBehalfOf", t.location_id as "locationId", t.tool, t.outcome, t.started_at as "startedAt",
      t.duration_ms as "durationMs", k.cost_nanos as "costNanos"
    from agents.tool_call t left join agents.tool_charge k on k.id = t.id where t.run_id = ${runId} order by t.id limit ${limit}`);
}

/** What guardrails decided about the calls of a run, the oldest first. */
export function listDecisionsOf(rows: Rows, runId: string, limit: number): Promise<DecisionStep[]> {
  return rows.query<DecisionStep>(sql`select d.id, d.completion_id as "completionId", d.guardrail, d.kind, d.stage, d.verdict,
      d.is_enforced as "isEnforced", d.decided_at as "decidedAt"
    from agents.completion c join agents.guardrail_decision d on d.completion_id = c.id
    where c.id = ${runId} or c.run_id = ${runId} order by d.id limit ${limit}`);
}
