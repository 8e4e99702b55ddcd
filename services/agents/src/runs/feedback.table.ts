import type { RunFeedback } from '@tenantry/contracts';
import { sql, type Transaction, type Vault } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import type { Rows } from '../rows.js';

const COMMENT = { table: 'agents.run_feedback', column: 'comment' };

/** Feedback as its giver says it. */
export interface Feedback {
  readonly runId: string;
  readonly actorId: string;
  readonly score: number;
  readonly comment: string | null;
  readonly givenAt: Date;
}

/** Keeps what somebody says of a run, in place of what they said before. The comment is sealed. */
export async function saveFeedback(tx: Transaction, vault: Vault, said: Feedback): Promise<void> {
  const { runId, actorId, score, comment, givenAt } = said;
  const row = rowOf(runId, actorId);
  const sealed = comment === null ? null : await vault.seal(tx.tenantId, { ...COMMENT, row }, comment);
  await tx.execute(sql`insert into agents.run_feedback (tenant_id, id, run_id, agent_id, conversation_id, actor_id, score, comment, given_at)
    select ${tx.tenantId}, ${newId(givenAt)}, c.id, c.agent_id, c.conversation_id, ${actorId}, ${score}, ${sealed}, ${givenAt}
    from agents.completion c where c.id = ${runId}
    on conflict (tenant_id, run_id, actor_id) do update
      set score = excluded.score, comment = excluded.comment, given_at = excluded.given_at`);
}

const rowOf = (runId: string, actorId: string): string => `${runId}/${actorId}`;

/** Which feedback a list has; null: all. */
export interface FeedbackFilter {
  readonly agentId: string | null;
  /** Whose. */
  readonly userId: string | null;
  readonly maxScore: number | null;
  /** Continues the list after the one with this id. */
  readonly beforeId: string | null;
}

type FeedbackRow = RunFeedback & { readonly id: string };

/** The newest first, comments opened. */
export async function listFeedback(
  rows: Rows,
  { vault, tenantId }: { readonly vault: Vault; readonly tenantId: string },
  { agentId, userId, maxScore, beforeId }: FeedbackFilter,
  limit: number,
): Promise<FeedbackRow[]> {
  const found =
    await rows.query<FeedbackRow>(sql`select id, run_id as "runId", actor_id as "actorId", score, comment, given_at as "givenAt"
    from agents.run_feedback
    where (${agentId}::uuid is null or agent_id = ${agentId}) and (${maxScore}::integer is null or score <= ${maxScore})
      and (${userId}::text is null or actor_id = ${userId})
      and (${beforeId}::uuid is null or id < ${beforeId}) order by id desc limit ${limit}`);
  return Promise.all(
    found.map(async (one) => {
      if (one.comment == null) return one;
      const row = rowOf(one.runId, one.actorId);
      return { ...one, comment: await vault.open(tenantId, { ...COMMENT, row }, one.comment) };
    }),
  );
}
