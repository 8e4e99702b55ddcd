import type { Conversation as ConversationMessage } from '@tenantry/contracts';
import { onForeignKey, sql, type Transaction } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import type { Conversation, Subject } from './conversation.js';

const columns = sql`c.id, c.agent_id as "agentId", c.owner_id as "ownerId", c.location_id as "locationId", c.classification, c.status, c.key,
  c.max_turns as "maxTurns", c.turns, c.limit_nanos as "limitNanos", c.messages, c.bytes, c.run_id as "runId", c.restricted_at as "restrictedAt", c.created_at as "createdAt",
  c.updated_at as "updatedAt", c.expires_at as "expiresAt",
  (select coalesce(sum(m.cost_nanos), 0)::bigint from agents.completion m where m.conversation_id = c.id) as "spentNanos"`;

const NOBODY_ANSWERS = sql`answering = null, answering_until = null, answering_process = null`;

/** @throws Fault `not-found` when the agent is not the tenant's */
export async function insertConversation(tx: Transaction, one: Conversation): Promise<void> {
  await tx
    .execute(
      sql`insert into agents.conversation (tenant_id, id, agent_id, owner_id, location_id, classification, key, max_turns, limit_nanos,
        created_at, updated_at, expires_at)
      values (${tx.tenantId}, ${one.id}, ${one.agentId}, ${one.ownerId}, ${one.locationId}, ${one.classification}, ${one.key},
        ${one.maxTurns}, ${one.limitNanos}, ${one.createdAt}, ${one.updatedAt}, ${one.expiresAt})`,
    )
    .catch(
      onForeignKey(
        'conversation_tenant_id_agent_id_fkey',
        () => new Fault('not-found', { detail: 'There is no such agent' }),
      ),
    );
}

/** `ownerId` null: whoever's it is. @throws Fault `not-found` */
export async function findConversation(rows: Rows, id: string, ownerId: string | null): Promise<Conversation> {
  const [found] = await rows.query<Conversation>(sql`select ${columns} from agents.conversation c
    where c.id = ${id} and (${ownerId}::text is null or c.owner_id = ${ownerId})`);
  if (!found) throw new Fault('not-found');
  return found;
}

/** As `findConversation`, and nobody else changes it until the commit. */
export async function lockConversation(tx: Transaction, id: string, ownerId: string | null): Promise<Conversation> {
  const found = await tx.one<Conversation>(sql`select ${columns} from agents.conversation c
    where c.id = ${id} and (${ownerId}::text is null or c.owner_id = ${ownerId}) for update of c`);
  if (!found) throw new Fault('not-found');
  return found;
}

/** Which conversations a list has; null: all. */
export interface ConversationFilter {
  readonly ownerId: string | null;
  readonly agentId: string | null;
  readonly status: string | null;
  readonly locationId: string | null;
  readonly since: Date | null;
  /** Continues the list after the conversation with this id. */
  readonly beforeId: string | null;
}

/** The newest first: ids grow with the time of creation. */
export function listConversationRows(rows: Rows, filter: ConversationFilter, limit: number): Promise<Conversation[]> {
  const { ownerId, agentId, status, locationId, since, beforeId } = filter;
  return rows.query<Conversation>(sql`select ${columns} from agents.conversation c
    where (${ownerId}::text is null or c.owner_id = ${ownerId}) and (${agentId}::uuid is null or c.agent_id = ${agentId})
      and (${status}::text is null or c.status = ${status}) and (${locationId}::uuid is null or c.location_id = ${locationId})
      and (${since}::timestamptz is null or c.created_at >= ${since}) and (${beforeId}::uuid is null or c.id < ${beforeId})
    order by c.id desc limit ${limit}`);
}

export async function closeConversationRow(tx: Transaction, id: string): Promise<void> {
  await tx.execute(sql`update agents.conversation set status = 'closed' where id = ${id} and status = 'open'`);
}

/** A call to a model that answers in a conversation. */
export interface Answering {
  readonly conversationId: string;
  readonly callId: string;
  /** The process that makes it. */
  readonly processId: string;
  /** From when on nobody is left who could end the call. */
  readonly until: Date;
}

/**
 * Takes the turn of a conversation as it was read; false when it went on or cost something meanwhile, or another call answers in it. A call
 * that ends at this very moment is still open to this statement, or its cost is seen: so nobody counts on money that is spent.
 */
export async function takeTurn(
  rows: Rows,
  { conversationId, callId, processId, until }: Answering,
  seen: Pick<Conversation, 'messages' | 'spentNanos'>,
  now: Date,
): Promise<boolean> {
  const taken = await rows.query(sql`update agents.conversation c
    set answering = ${callId}, answering_until = ${until}, answering_process = ${processId}
    where id = ${conversationId} and status = 'open' and messages = ${seen.messages} and (answering is null or answering_until < ${now})
      and not exists (select from agents.completion m where m.conversation_id = c.id and m.state = 'open')
      and (select coalesce(sum(m.cost_nanos), 0) from agents.completion m where m.conversation_id = c.id) = ${seen.spentNanos}
    returning id`);
  return taken.length > 0;
}

/** Gives the turn back: nothing of it is kept. */
export async function giveTurnBack(rows: Rows, conversationId: string, callId: string): Promise<void> {
  await rows.query(sql`update agents.conversation set ${NOBODY_ANSWERS}
    where id = ${conversationId} and answering = ${callId}`);
}

/** Gives the turns back that processes had which died. Answers how many. */
export function freeTurns(tx: Transaction, processIds: readonly string[], limit: number): Promise<number> {
  return tx.execute(sql`update agents.conversation c set ${NOBODY_ANSWERS}
    from (select tenant_id, id from agents.conversation where answering_process = any(${[...processIds]}::uuid[])
          limit ${limit} for update skip locked) due
    where c.tenant_id = due.tenant_id and c.id = due.id`);
}

/** What a turn adds to its conversation. */
export interface KeptTurn {
  readonly conversationId: string;
  readonly callId: string;
  readonly messages: number;
  readonly bytes: number;
  readonly runId: string | null;
  readonly at: Date;
  readonly expiresAt: Date;
}

/** Counts a turn; false when the conversation was closed or forgotten meanwhile, or the turn is somebody else's by now. */
export async function countTurn(tx: Transaction, turn: KeptTurn): Promise<boolean> {
  const counted = await tx.execute(sql`update agents.conversation
    set turns = turns + 1, messages = messages + ${turn.messages}, bytes = bytes + ${turn.bytes}, run_id = ${turn.runId},
        updated_at = ${turn.at}, expires_at = ${turn.expiresAt}, ${NOBODY_ANSWERS}
    where id = ${turn.conversationId} and answering = ${turn.callId} and status <> 'forgotten'`);
  return counted > 0;
}

export function toMessage(one: Conversation, subjects: readonly Subject[] = []): ConversationMessage {
  return {
    ...{ id: one.id, agentId: one.agentId, ownerId: one.ownerId, locationId: one.locationId },
    ...{ classification: one.classification, status: one.status, turns: one.turns, maxTurns: one.maxTurns },
    budget: one.limitNanos === null ? null : formatNanos(one.limitNanos),
    ...{ spent: formatNanos(one.spentNanos), subjects: [...subjects] },
    ...{ createdAt: one.createdAt, updatedAt: one.updatedAt, expiresAt: one.expiresAt, restrictedAt: one.restrictedAt },
  };
}
