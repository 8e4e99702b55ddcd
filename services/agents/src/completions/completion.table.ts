import type { Completion as CompletionMessage } from '@tenantry/contracts';
import { sql, StatementError, type Sql, type Transaction } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Completion, CompletionEnd, OpenCompletion } from './completion.js';

/** Whatever runs a statement: a transaction, or a door for one. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const columns = sql`id, actor_kind as "actorKind", actor_id as "actorId", on_behalf_of as "onBehalfOf", agent_id as "agentId",
  conversation_id as "conversationId", run_id as "runId", location_id as "locationId", traceparent, request_id as "requestId", model, price_version as "priceVersion", is_stream as "isStream", state,
  input_estimate as "inputEstimate", input_nanos as "inputNanos", answered_by as "answeredBy", input_tokens as "inputTokens",
  cached_tokens as "cachedTokens", output_tokens as "outputTokens", is_estimated as "isEstimated", cost_nanos as "costNanos",
  finish_reason as "finishReason", tools, failure, started_at as "startedAt", deadline_at as "deadlineAt", first_piece_ms as "firstPieceMs",
  ended_at as "endedAt", settled_at as "settledAt"`;

/** Writes that a call begins, unless that is written already. */
export async function insertCompletion(rows: Rows, tenantId: string, call: OpenCompletion): Promise<void> {
  await rows.query(sql`insert into agents.completion (tenant_id, id, actor_kind, actor_id, on_behalf_of, agent_id, conversation_id,
      run_id, location_id, traceparent, request_id, model, price_version, is_stream, state, input_estimate, input_nanos, started_at, deadline_at,
      process_id)
    values (${tenantId}, ${call.id}, ${call.actorKind}, ${call.actorId}, ${call.onBehalfOf}, ${call.agentId}, ${call.conversationId},
      ${call.runId}, ${call.locationId}, ${call.traceparent}, ${call.requestId}, ${call.model}, ${call.priceVersion}, ${call.isStream}, 'open', ${call.inputEstimate}, ${call.inputNanos},
      ${call.startedAt}, ${call.deadlineAt}, ${call.processId})
    on conflict do nothing`);
}

/** Writes how a call ended, with the commit; that fails with what `hasEndedBefore` knows when somebody had ended it. */
export function saveEnd(tx: Transaction, id: string, end: CompletionEnd): void {
  tx.finish(sql`with ended as (update agents.completion
      set state = ${end.state}, answered_by = ${end.answeredBy}, input_tokens = ${end.usage.inputTokens},
          cached_tokens = ${end.usage.cachedInputTokens}, output_tokens = ${end.usage.outputTokens}, is_estimated = ${end.isEstimated},
          cost_nanos = ${end.costNanos}, finish_reason = ${end.finishReason}, tools = ${[...end.tools]}::text[], failure = ${end.failure},
          first_piece_ms = ${end.firstPieceMs}, ended_at = ${end.endedAt}
      where id = ${id} and state = 'open' returning id)
    select agents.assert_ended(count(*)) from ended`);
}

/** Whether a commit was undone because somebody had ended the call before. */
export function hasEndedBefore(error: unknown): boolean {
  return error instanceof StatementError && error.sqlstate === 'AC409';
}

/** Writes that calls' costs have been counted on the budgets. */
export async function saveSettled(rows: Rows, ids: readonly string[], settledAt: Date): Promise<void> {
  await rows.query(sql`update agents.completion set settled_at = ${settledAt}
    where id = any(${[...ids]}::uuid[]) and settled_at is null`);
}

/** @throws Fault `not-found` */
export async function findCompletion(rows: Rows, id: string): Promise<Completion> {
  const [found] = await rows.query<Completion>(sql`select ${columns} from agents.completion where id = ${id}`);
  if (!found) throw new Fault('not-found');
  return found;
}

/** Which calls a list has. */
export interface CompletionFilter {
  readonly agentId: string | null;
  readonly state: string | null;
  /** Continues the list after the call with this id. */
  readonly beforeId: string | null;
}

/** The newest first: ids grow with the time of creation. */
export function listCompletionRows(rows: Rows, filter: CompletionFilter, limit: number): Promise<Completion[]> {
  return rows.query<Completion>(sql`select ${columns} from agents.completion
    where (${filter.agentId}::uuid is null or agent_id = ${filter.agentId})
      and (${filter.state}::text is null or state = ${filter.state})
      and (${filter.beforeId}::uuid is null or id < ${filter.beforeId})
    order by id desc limit ${limit}`);
}

/** The calls of a run, the oldest first. */
export function listCompletionsOf(rows: Rows, runId: string, limit: number): Promise<Completion[]> {
  return rows.query<Completion>(sql`select ${columns} from agents.completion
    where id = ${runId} or run_id = ${runId} order by id limit ${limit}`);
}

/** A call whose cost is to be counted. */
export interface UnsettledCompletion {
  readonly tenantId: string;
  readonly id: string;
  readonly isLost: boolean;
  readonly costNanos: bigint;
  readonly agentId: string | null;
  readonly runId: string;
  readonly conversationId: string | null;
  readonly model: string;
  readonly inputEstimate: number;
}

/** Ends calls that nobody is left to end. Answers how many. */
export function endLost(tx: Transaction, at: Date, limit: number): Promise<number> {
  return lose(tx, sql`deadline_at < ${at}`, at, limit);
}

/** Ends the calls of processes that died. Answers how many. */
export function endOrphans(tx: Transaction, processIds: readonly string[], at: Date, limit: number): Promise<number> {
  return lose(tx, sql`process_id = any(${[...processIds]}::uuid[])`, at, limit);
}

/** Ends open calls at what their input costs: a provider that was sent something may bill it. */
function lose(tx: Transaction, which: Sql, at: Date, limit: number): Promise<number> {
  return tx.execute(sql`update agents.completion c
    set state = 'lost', cost_nanos = c.input_nanos, input_tokens = c.input_estimate, cached_tokens = 0, output_tokens = 0,
        is_estimated = true, failure = 'lost', ended_at = ${at}
    from (select tenant_id, id from agents.completion where state = 'open' and ${which}
          order by deadline_at limit ${limit} for update skip locked) due
    where c.tenant_id = due.tenant_id and c.id = due.id`);
}

/** Calls that are not settled, and were lost or ended before a moment; the oldest first. */
export function listUnsettled(rows: Rows, before: Date, limit: number): Promise<UnsettledCompletion[]> {
  return rows.query<UnsettledCompletion>(sql`select tenant_id as "tenantId", id, state = 'lost' as "isLost", cost_nanos as "costNanos",
      agent_id as "agentId", coalesce(run_id, id) as "runId", conversation_id as "conversationId", model, input_estimate as "inputEstimate"
    from agents.completion
    where ended_at is not null and settled_at is null and (ended_at < ${before} or state = 'lost') order by ended_at limit ${limit}`);
}

/** Writes that the costs of many calls have been counted, and of lost calls what was counted. Answers the ids of those that were not settled yet. */
export async function saveAllSettled(
  tx: Transaction,
  settled: readonly UnsettledCompletion[],
  at: Date,
): Promise<string[]> {
  const each = <T>(value: (one: UnsettledCompletion) => T): T[] => settled.map(value);
  const saved = await tx.query<{ id: string }>(sql`update agents.completion c
    set settled_at = ${at}, cost_nanos = case when c.state = 'lost' then s.nanos else c.cost_nanos end
    from unnest(${each(({ tenantId }) => tenantId)}::uuid[], ${each(({ id }) => id)}::uuid[], ${each(({ costNanos }) => costNanos)}::bigint[])
      as s (tenant_id, id, nanos)
    where c.tenant_id = s.tenant_id and c.id = s.id and c.settled_at is null
    returning c.id`);
  return saved.map(({ id }) => id);
}

export function toMessage(one: Completion): CompletionMessage {
  return {
    ...{ id: one.id, actorId: one.actorId, agentId: one.agentId, model: one.model, answeredBy: one.answeredBy },
    ...{ priceVersion: one.priceVersion, streamed: one.isStream, state: one.state, finishReason: one.finishReason },
    ...{ failure: one.failure, inputTokens: one.inputTokens, cachedTokens: one.cachedTokens },
    ...{ outputTokens: one.outputTokens, estimated: one.isEstimated },
    ...{ runId: one.runId ?? one.id, conversationId: one.conversationId, locationId: one.locationId },
    cost: one.costNanos === null ? null : formatNanos(one.costNanos),
    ...{ firstPieceMs: one.firstPieceMs, startedAt: one.startedAt, endedAt: one.endedAt, settledAt: one.settledAt },
  };
}
