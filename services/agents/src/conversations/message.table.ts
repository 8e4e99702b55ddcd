import { sql, type Transaction } from '@tenantry/database';
import type { ChatMessage } from '../models/model-port.js';
import type { Rows } from '../rows.js';
import type { MessageSeal } from './conversation-seal.js';
import { printSaid, readSaid, type KeptMessage } from './message.js';

interface MessageRow {
  readonly position: number;
  readonly role: ChatMessage['role'];
  readonly content: string;
  readonly completionId: string;
  readonly saidAt: Date;
}

/** So many messages of a conversation after a place, the oldest first, opened. */
export async function listMessageRows(
  rows: Rows,
  conversationId: string,
  seal: MessageSeal,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<KeptMessage[]> {
  const found =
    await rows.query<MessageRow>(sql`select position, role, content, completion_id as "completionId", said_at as "saidAt"
    from agents.conversation_message where conversation_id = ${conversationId} and position > ${after} order by position limit ${limit}`);
  return found.map(({ position, role, content, completionId, saidAt }) => {
    return { position, message: readSaid(role, seal.open(position, content)), completionId, saidAt };
  });
}

/** What a call to a model adds to a conversation. */
export interface NewMessages {
  readonly conversationId: string;
  readonly completionId: string;
  /** How many messages there are before these. */
  readonly after: number;
  readonly messages: readonly ChatMessage[];
  readonly at: Date;
}

/** Adds messages, sealed. */
export async function insertMessages(tx: Transaction, seal: MessageSeal, added: NewMessages): Promise<void> {
  const { conversationId, completionId, after, messages, at } = added;
  const positions = messages.map((_, index) => after + index + 1);
  const sealed = messages.map((message, index) => seal.seal(positions[index]!, printSaid(message)));
  await tx.execute(sql`insert into agents.conversation_message (tenant_id, conversation_id, position, role, content, completion_id, said_at)
    select ${tx.tenantId}, ${conversationId}, m.position, m.role, m.content, ${completionId}, ${at}
    from unnest(${positions}::integer[], ${messages.map(({ role }) => role)}::text[], ${sealed}::text[]) as m (position, role, content)`);
}
