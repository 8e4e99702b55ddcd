import { sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { holdOn } from '../conversation-holds/hold.table.js';
import type { Rows } from '../rows.js';

/** A person as a privacy request names them here. */
export interface Sought {
  /** Null when they are no member. */
  readonly userId: string | null;
  /** In lower case; null when it is not known. */
  readonly email: string | null;
  /** The conversations that are about them. */
  readonly conversationIds: readonly string[];
}

/** How much there is about somebody. */
export interface SubjectCounts {
  readonly messages: bigint;
  /** Conversations of theirs, or about them, that are about others, too. */
  readonly shared: bigint;
  /** Conversations of theirs, or about them, that a legal hold keeps. */
  readonly held: bigint;
  readonly feedback: bigint;
  readonly approvals: bigint;
  readonly calls: bigint;
  readonly tools: bigint;
  readonly charges: bigint;
  readonly events: bigint;
  /** Guardrail alerts that are mailed to them. */
  readonly alerts: bigint;
}

/** Conversations about the person, and those that the person held. */
const theirs = ({ userId, conversationIds }: Sought): Sql =>
  sql`(c.id = any(${[...conversationIds]}::uuid[]) or c.owner_id = ${userId}::text)`;

/** Conversations that name somebody else: the one who asks is one of the people whom theirs are about. */
const isShared = ({
  conversationIds,
}: Sought): Sql => sql`(select count(*) from agents.conversation_subject s where s.conversation_id = c.id)
  > case when c.id = any(${[...conversationIds]}::uuid[]) then 1 else 0 end`;

/**
 * The hold that keeps the conversation `c` from being erased, or null. A query over rows that holds the person themself has kept compliance from asking;
 * so it counts where others are met.
 */
export const holdAgainst = (sought: Sought): Sql => holdOn(sql`(not h.is_query or ${isShared(sought)})`);

/** Keeps what is held for that alone: nobody goes on with it, and it is due at once when it is released. */
export async function restrictHeld(tx: Transaction, sought: Sought, at: Date): Promise<Restricted[]> {
  return tx.query<Restricted>(sql`with held as (
      select c.tenant_id, c.id, ${holdAgainst(sought)} as hold from agents.conversation c
      where c.key is not null and c.restricted_at is null and ${theirs(sought)} order by c.id for update of c
    )
    update agents.conversation c set restricted_at = ${at}, status = 'closed', expires_at = least(c.expires_at, ${at}),
      answering = null, answering_until = null, answering_process = null, run_id = null
    from held where c.tenant_id = held.tenant_id and c.id = held.id and held.hold is not null
    returning c.id, held.hold, c.messages`);
}

/** A conversation that is kept for a legal hold alone. */
export interface Restricted {
  readonly id: string;
  readonly hold: string;
  readonly messages: number;
}

export async function countSubject(rows: Rows, sought: Sought): Promise<SubjectCounts> {
  const { userId, email } = sought;
  const [counts] = await rows.query<SubjectCounts>(sql`select
      (select coalesce(sum(c.messages), 0)::bigint from agents.conversation c where c.key is not null and ${theirs(sought)}) as messages,
      (select count(*) from agents.conversation c where c.key is not null and ${theirs(sought)} and ${isShared(sought)}) as shared,
      (select count(*) from agents.conversation c where c.key is not null and ${theirs(sought)} and ${holdAgainst(sought)} is not null) as held,
      (select count(*) from agents.run_feedback where actor_id = ${userId}::text) as feedback,
      (select count(*) from agents.approval where on_behalf_of::text = ${userId}::text) as approvals,
      (select count(*) from agents.completion where ${userId}::text in (actor_id, on_behalf_of)) as calls,
      (select count(*) from agents.tool_call where on_behalf_of = ${userId}::text) as tools,
      (select count(*) from agents.tool_charge where on_behalf_of = ${userId}::text) as charges,
      (select count(*) from agents.agent_event where user_id = ${userId}::text) as events,
      (select count(*) from agents.guardrail_alert where email = ${email}::text) as alerts`);
  return counts!;
}

/** A conversation whose words are asked for. */
export interface TheirConversation {
  readonly id: string;
  readonly key: string;
  readonly isShared: boolean;
}

/** So many conversations after one, in the order of their ids. */
export function conversationsOf(
  rows: Rows,
  sought: Sought,
  afterId: string | null,
  limit: number,
): Promise<TheirConversation[]> {
  return rows.query<TheirConversation>(sql`select c.id, c.key, ${isShared(sought)} as "isShared" from agents.conversation c
    where c.key is not null and ${theirs(sought)} and (${afterId}::uuid is null or c.id > ${afterId}) order by c.id limit ${limit}`);
}

export function callsOf({ userId }: Sought): Sql {
  return sql`select id, model, state, input_tokens as "inputTokens", output_tokens as "outputTokens", started_at as "startedAt"
    from agents.completion where ${userId}::text in (actor_id, on_behalf_of) order by id`;
}

export function toolCallsOf({ userId }: Sought): Sql {
  return sql`select id, tool, outcome, started_at as "startedAt" from agents.tool_call where on_behalf_of = ${userId}::text order by id`;
}

export function chargesOf({ userId }: Sought): Sql {
  return sql`select id, tool, started_at as "startedAt" from agents.tool_charge where on_behalf_of = ${userId}::text order by id`;
}

export function approvalsOf({ userId }: Sought): Sql {
  return sql`select tool, arguments, status, requested_at as "requestedAt" from agents.approval
    where on_behalf_of::text = ${userId}::text order by id`;
}

export function alertsOf({ email }: Sought): Sql {
  return sql`select name, email from agents.guardrail_alert where email = ${email}::text order by name`;
}

/** Deletes alerts that are mailed to a person; answers the entries for the audit log. */
export async function deleteAlertsOf(tx: Transaction, { email }: Sought): Promise<RowChange[]> {
  const gone = await tx.query<{ name: string }>(
    sql`delete from agents.guardrail_alert where email = ${email}::text returning name`,
  );
  return gone.map(({ name }) => ({ resource: 'guardrail_alert', id: name, action: 'delete' }));
}

/** Deletes what a person said of runs, but of conversations that are held; answers the entries for the audit log. */
export async function deleteFeedback(tx: Transaction, { userId }: Sought): Promise<RowChange[]> {
  const gone = await tx.query<{ id: string }>(
    sql`delete from agents.run_feedback f where f.actor_id = ${userId}::text
      and not exists (select from agents.conversation c where c.id = f.conversation_id and c.restricted_at is not null) returning id`,
  );
  return gone.map(({ id }) => ({ resource: 'agent_run_feedback', id, action: 'delete' }));
}

/** Empties what tools were to be given on behalf of a person, where nobody waits for it any more. */
export async function maskApprovals(tx: Transaction, { userId }: Sought): Promise<RowChange[]> {
  const masked = await tx.query<{ id: string }>(sql`update agents.approval set arguments = '{}'::jsonb
    where on_behalf_of::text = ${userId}::text and status <> 'pending' and arguments <> '{}'::jsonb returning id`);
  return masked.map(({ id }) => ({ resource: 'agent_approval', id, action: 'update' }));
}
