import { sql, type Job, type Sql } from '@tenantry/database';
import type { Rows } from '../rows.js';

/** What spending is told apart by. */
export type SpendBy = 'agent' | 'user' | 'model' | 'tool' | 'location';

/** What calls with one thing in common used and cost. */
export interface SpendLine {
  readonly key: string | null;
  readonly calls: bigint;
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  readonly costNanos: bigint;
}

/** What one line is about. */
const keys: Readonly<Record<SpendBy, Sql>> = {
  agent: sql`c.agent_id::text`,
  user: sql`c.user_id`,
  model: sql`c.model`,
  tool: sql`t.tool`,
  location: sql`c.location_id::text`,
};

/** Calls to models, and what asking endpoints about calls of tools cost, that ended in a span of time. */
const spent = ({ from, to }: Span): Sql => sql`(
    select agent_id, coalesce(on_behalf_of, case when actor_kind = 'user' then actor_id end) as user_id, coalesce(answered_by, model) as model,
      tools, location_id, input_tokens, output_tokens, cost_nanos, 1 as calls
    from agents.completion where ended_at >= ${from} and ended_at < ${to}
    union all
    select agent_id, on_behalf_of, null, array[tool], location_id, 0, 0, cost_nanos, 0
    from agents.tool_charge where ended_at >= ${from} and ended_at < ${to} and cost_nanos > 0)`;

/**
 * The share of a call that falls to one of the tools that its answer wants called: equal parts, and what does not divide to the first, so
 * that the parts are the whole.
 */
const SHARED = sql`c.cost_nanos / greatest(1, cardinality(c.tools))
  + case when coalesce(t.number, 1) = 1 then c.cost_nanos % greatest(1, cardinality(c.tools)) else 0 end`;

/** A span of time: from its beginning on, up to its end. */
interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** What calls that ended in a span of time cost, the dearest first; and what all of them cost. */
export async function spendLines(
  rows: Rows,
  by: SpendBy,
  span: Span,
  limit: number,
): Promise<{ lines: SpendLine[]; totalNanos: bigint }> {
  const tools =
    by === 'tool' ? sql`left join lateral unnest(c.tools) with ordinality as t (tool, number) on true` : sql``;
  const cost = by === 'tool' ? SHARED : sql`c.cost_nanos`;
  const found = await rows.query<
    SpendLine & { readonly totalNanos: bigint }
  >(sql`select ${keys[by]} as key, sum(c.calls)::bigint as calls,
      coalesce(sum(c.input_tokens), 0)::bigint as "inputTokens", coalesce(sum(c.output_tokens), 0)::bigint as "outputTokens",
      coalesce(sum(${cost}), 0)::bigint as "costNanos", (sum(sum(${cost})) over ())::bigint as "totalNanos"
    from ${spent(span)} c ${tools}
    group by 1 order by "costNanos" desc, calls desc, key limit ${limit}`);
  return { lines: found, totalNanos: found[0]?.totalNanos ?? 0n };
}

/** What the agents of one tenant did. */
export interface TenantActivity {
  readonly tenantId: string;
  readonly agents: number;
  readonly calls: bigint;
  readonly failed: bigint;
  readonly toolCalls: bigint;
  readonly blocked: bigint;
  readonly costNanos: bigint;
  /** Of all tenants. */
  readonly tenantsInAll: bigint;
  readonly callsInAll: bigint;
  readonly failedInAll: bigint;
  readonly costInAll: bigint;
}

/** The tenants whose calls since a moment cost most. */
export function activityByTenant(job: Job, from: Date, limit: number): Promise<TenantActivity[]> {
  return job.query<TenantActivity>(sql`with calls as (
      select tenant_id, count(state) as calls, count(*) filter (where state in ('failed', 'lost')) as failed, sum(cost_nanos) as cost
      from (select tenant_id, state, cost_nanos from agents.completion where ended_at >= ${from}
        union all select tenant_id, null, cost_nanos from agents.tool_charge where ended_at >= ${from} and cost_nanos > 0) spent
      group by tenant_id
    ), dearest as (
      select calls.*, count(*) over () as all_tenants, sum(calls) over () as all_calls, sum(failed) over () as all_failed,
        sum(cost) over () as all_cost
      from calls order by cost desc, tenant_id limit ${limit}
    )
    select d.tenant_id as "tenantId", d.calls, d.failed, d.cost::bigint as "costNanos",
      (select count(*)::integer from agents.agent a where a.tenant_id = d.tenant_id and a.status <> 'archived') as agents,
      (select count(*) from agents.tool_call t where t.tenant_id = d.tenant_id and t.started_at >= ${from}) as "toolCalls",
      (select count(*) from agents.guardrail_decision g where g.tenant_id = d.tenant_id and g.decided_at >= ${from}
        and g.is_enforced and g.verdict = 'blocked') as blocked,
      d.all_tenants as "tenantsInAll", d.all_calls::bigint as "callsInAll", d.all_failed::bigint as "failedInAll",
      d.all_cost::bigint as "costInAll"
    from dearest d order by d.cost desc, d.tenant_id`);
}

/** How many texts guardrails refused since a moment, over all tenants. */
export async function countBlocked(job: Job, from: Date): Promise<bigint> {
  const [row] = await job.query<{ blocked: bigint }>(sql`select count(*) as blocked from agents.guardrail_decision
    where decided_at >= ${from} and is_enforced and verdict = 'blocked'`);
  return row!.blocked;
}
