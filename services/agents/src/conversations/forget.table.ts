import { ConversationForgotten } from '@tenantry/contracts';
import { sql, type RowChange, type Transaction } from '@tenantry/database';

/** Why a conversation is forgotten. */
export type ForgetReason = 'asked' | 'retention' | 'erasure';

interface Forgotten {
  readonly tenantId: string;
  readonly id: string;
  readonly messages: number;
}

/**
 * Destroys the keys of conversations and deletes what was said, whom it was about and the comments on it, in one statement. Those that are
 * forgotten already are left out.
 */
export async function forgetConversations(
  tx: Transaction,
  ids: readonly string[],
  reason: ForgetReason,
): Promise<{ conversations: number; messages: number }> {
  const forgotten = await tx.query<Forgotten>(sql`with due as (
      select tenant_id, id from agents.conversation where id = any(${[...ids]}::uuid[]) and key is not null order by id for update
    ), ${REMOVED}
    select d.tenant_id as "tenantId", d.id, d.messages from destroyed d order by d.id`);
  for (const one of forgotten)
    tx.publish(new ConversationForgotten({ conversationId: one.id, reason, messages: one.messages }), {
      changes: changesOf(one),
    });
  return { conversations: forgotten.length, messages: forgotten.reduce((sum, { messages }) => sum + messages, 0) };
}

const REMOVED = sql`messages as (
      delete from agents.conversation_message m using due where m.tenant_id = due.tenant_id and m.conversation_id = due.id
    ), people as (
      delete from agents.conversation_subject s using due where s.tenant_id = due.tenant_id and s.conversation_id = due.id
    ), comments as (
      delete from agents.run_feedback f using due where f.tenant_id = due.tenant_id and f.conversation_id = due.id
    ), destroyed as (
      update agents.conversation c set key = null, status = 'forgotten', answering = null, answering_until = null, run_id = null
      from due where c.tenant_id = due.tenant_id and c.id = due.id returning c.tenant_id, c.id, c.messages
    )`;

/** Forgets conversations of all tenants whose time is over, the longest due first; answers how many. */
export async function forgetDue(tx: Transaction, now: Date, limit: number): Promise<number> {
  const forgotten = await tx.query<Forgotten>(sql`with due as (
      select tenant_id, id from agents.conversation where key is not null and expires_at <= ${now}
      order by expires_at limit ${limit} for update skip locked
    ), ${REMOVED}
    select d.tenant_id as "tenantId", d.id, d.messages from destroyed d`);
  for (const one of forgotten)
    tx.publish(new ConversationForgotten({ conversationId: one.id, reason: 'retention', messages: one.messages }), {
      tenantId: one.tenantId,
      changes: changesOf(one),
    });
  return forgotten.length;
}

function changesOf({ id }: Forgotten): RowChange[] {
  return [{ resource: 'conversation', id, action: 'delete', new: { status: 'forgotten' } }];
}
