import {
  GuardrailDecided,
  type Guardrail as GuardrailMessage,
  type GuardrailDecision,
  type GuardrailDecisionCount,
} from '@tenantry/contracts';
import { sql, type Sql, type Transaction } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import type { Decision, Guardrail } from './guardrail.js';
import { printGuardrail, readGuardrails } from './policy.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

/** The tenant's own guardrails; null when it has not set any. */
export async function findPolicy(rows: Rows): Promise<Guardrail[] | null> {
  const [row] = await rows.query<{ guardrails: GuardrailMessage[] }>(
    sql`select guardrails from agents.guardrail_policy`,
  );
  return row ? readGuardrails(row.guardrails) : null;
}

export async function savePolicy(tx: Transaction, guardrails: readonly Guardrail[], at: Date): Promise<void> {
  const json = JSON.stringify(guardrails.map(printGuardrail));
  await tx.execute(sql`insert into agents.guardrail_policy (tenant_id, guardrails, updated_at) values (${tx.tenantId}, ${json}::jsonb, ${at})
    on conflict (tenant_id) do update set guardrails = excluded.guardrails, updated_at = excluded.updated_at`);
}

/** Decisions that say the same, as one that counts them: a stream is looked at in many pieces. */
export function merged(decisions: readonly Decision[]): Decision[] {
  const alike = Map.groupBy(
    decisions,
    ({ guardrail, stage, verdict, isEnforced }) => `${guardrail} ${stage} ${verdict} ${isEnforced}`,
  );
  return [...alike.values()].map((same) => ({ ...same[0]!, count: same.reduce((sum, { count }) => sum + count, 0) }));
}

/** Keeps decisions and announces them, in the commit of what they are about. */
export async function insertDecisions(
  tx: Transaction,
  completionId: string | null,
  decisions: readonly Decision[],
  at: Date,
): Promise<void> {
  if (decisions.length === 0) return;
  const kept = merged(decisions).map((decision) => ({ ...decision, id: newId(at) }));
  const each = <T>(value: (decision: (typeof kept)[number]) => T): T[] => kept.map(value);
  await tx.execute(sql`insert into agents.guardrail_decision
      (tenant_id, id, completion_id, guardrail, kind, stage, verdict, is_enforced, explanation, count, decided_at)
    select ${tx.tenantId}, d.id, ${completionId}, d.guardrail, d.kind, d.stage, d.verdict, d.enforced, left(d.explanation, 500), d.count, ${at}
    from unnest(${each(({ id }) => id)}::uuid[], ${each(({ guardrail }) => guardrail)}::text[], ${each(({ kind }) => kind)}::text[],
      ${each(({ stage }) => stage)}::text[], ${each(({ verdict }) => verdict)}::text[], ${each(({ isEnforced }) => isEnforced)}::boolean[],
      ${each(({ explanation }) => explanation)}::text[], ${each(({ count }) => count)}::integer[])
      as d (id, guardrail, kind, stage, verdict, enforced, explanation, count)`);
  for (const { id, guardrail, stage, verdict, isEnforced } of kept) {
    tx.publish(new GuardrailDecided({ decisionId: id, guardrail, stage, verdict, enforced: isEnforced }));
  }
}

/** The newest first; `beforeId` continues after the decision with that id. */
export function listDecisionRows(rows: Rows, beforeId: string | null, limit: number): Promise<GuardrailDecision[]> {
  return rows.query<GuardrailDecision>(sql`select id, completion_id as "completionId", guardrail, kind, stage, verdict,
      is_enforced as enforced, explanation, count, decided_at as "decidedAt" from agents.guardrail_decision
    where ${beforeId}::uuid is null or id < ${beforeId} order by id desc limit ${limit}`);
}

/** How often each guardrail decided alike since a moment, the most frequent first. */
export function countDecisions(rows: Rows, since: Date): Promise<GuardrailDecisionCount[]> {
  return rows.query<GuardrailDecisionCount>(sql`select guardrail, stage, verdict, is_enforced as enforced, count(*)::int as decisions
    from agents.guardrail_decision where decided_at >= ${since}
    group by guardrail, stage, verdict, is_enforced order by count(*) desc, guardrail, stage, verdict limit 1000`);
}
