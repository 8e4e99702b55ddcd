import { ConversationForgotten } from '@tenantry/contracts';
import { raw, sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { holdOn, lockHolds, lockOf } from '../conversation-holds/hold.table.js';

/** Why a conversation is forgotten. */
export type ForgetReason = 'asked' | 'retention' | 'erasure';

interface Forgotten {
  readonly tenantId: string;
  readonly id: string;
  readonly messages: number;
}

/**
 * Destroys the keys of conversations and deletes what was said, whom it was about and the comments on it, in one statement. Those that are
 * forgotten already, and those under a legal hold, are left out.
 * @param hold the hold on the conversation `c`, or null; by default any that is in force
 */
export async function forgetConversations(
  tx: Transaction,
  ids: readonly string[],
  reason: ForgetReason,
  hold: Sql = holdOn(),
): Promise<{ conversations: number; messages: number }> {
  await lockHolds(tx, 'forgetting');
  const forgotten = await tx.query<Forgotten>(sql`with due as (
      select c.tenant_id, c.id from agents.conversation c where c.id = any(${[...ids]}::uuid[]) and c.key is not null and ${hold} is null
      order by c.id for update of c
    ), ${REMOVED}
    select d.tenant_id as "tenantId", d.id, d.messages from destroyed d order by d.id`);
  for (const one of forgotten)
    tx.publish(new ConversationForgotten({ conversationId: one.id, reason, messages: one.messages }), {
      changes: changesOf(one),
    });
  return { conversations: forgotten.length, messages: forgotten.reduce((sum, { messages }) => sum + messages, 0) };
}

/** The legal hold that keeps a conversation from being forgotten, if there is one. */
export async function findHoldOn(tx: Transaction, id: string): Promise<string | null> {
  await lockHolds(tx, 'forgetting');
  const [row] = await tx.query<{ hold: string | null }>(
    sql`select ${holdOn()} as hold from agents.conversation c where c.id = ${id} and c.key is not null`,
  );
  return row?.hold ?? null;
}

/** Conversations that are kept for a hold alone, and that none holds any more; so many at most. */
export async function listRestricted(tx: Transaction, limit: number): Promise<string[]> {
  const found = await tx.query<{ id: string }>(sql`select c.id from agents.conversation c
    where c.tenant_id = ${tx.tenantId} and c.restricted_at is not null and c.key is not null and ${holdOn()} is null order by c.id limit ${limit}`);
  return found.map(({ id }) => id);
}

const REMOVED = sql`messages as (
      delete from agents.conversation_message m using due where m.tenant_id = due.tenant_id and m.conversation_id = due.id
    ), people as (
      delete from agents.conversation_subject s using due where s.tenant_id = due.tenant_id and s.conversation_id = due.id
    ), comments as (
      delete from agents.run_feedback f using due where f.tenant_id = due.tenant_id and f.conversation_id = due.id
    ), destroyed as (
      update agents.conversation c set key = null, status = 'forgotten', answering = null, answering_until = null,
        answering_process = null, run_id = null
      from due where c.tenant_id = due.tenant_id and c.id = due.id returning c.tenant_id, c.id, c.messages, c.restricted_at
    )`;

interface Due extends Forgotten {
  readonly isRestricted: boolean;
}

/** Forgets conversations of all tenants whose time is over, the longest due first; what is held stays. Answers how many. */
export async function forgetDue(tx: Transaction, now: Date, limit: number): Promise<number> {
  const due = sql`select c.tenant_id, c.id from agents.conversation c
    where c.key is not null and c.expires_at <= ${now} and ${holdOn()} is null`;
  const oldest = sql`order by c.expires_at limit ${limit}`;
  const locked = await tx.query<{
    tenantId: string;
  }>(sql`select t.tenant_id as "tenantId", pg_advisory_xact_lock_shared(${lockOf(raw('t.tenant_id::text'))})
    from (select distinct tenant_id from (${due} ${oldest}) d order by tenant_id) t`);
  const forgotten = await tx.query<Due>(sql`with due as (
      ${due} and c.tenant_id = any(${locked.map(({ tenantId }) => tenantId)}::uuid[]) ${oldest} for update of c skip locked
    ), ${REMOVED}
    select d.tenant_id as "tenantId", d.id, d.messages, d.restricted_at is not null as "isRestricted" from destroyed d`);
  for (const one of forgotten) {
    const reason: ForgetReason = one.isRestricted ? 'erasure' : 'retention';
    tx.publish(new ConversationForgotten({ conversationId: one.id, reason, messages: one.messages }), {
      tenantId: one.tenantId,
      changes: changesOf(one),
    });
  }
  return forgotten.length;
}

function changesOf({ id }: Forgotten): RowChange[] {
  return [{ resource: 'conversation', id, action: 'delete', new: { status: 'forgotten' } }];
}
