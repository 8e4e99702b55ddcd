import { Injectable } from '@nestjs/common';
import { TenantDatabase, type Sql, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import type { CompletionEnd, OpenCompletion } from '../completions/completion.js';
import type { ChatMessage, ToolCall } from '../models/model-port.js';
import { reading } from '../rows.js';
import { assertContinues, endOf } from './conversation.js';
import { ConversationSeal } from './conversation-seal.js';
import { countTurn, findConversation, giveTurnBack, takeTurn } from './conversation.table.js';
import { isKept, printSaid } from './message.js';
import { insertMessages, listMessageRows } from './message.table.js';
import { daysFor, findRetention } from './retention.table.js';
import type { Thread } from './thread.js';

/** More messages are in no conversation: 500 turns of a question, calls of tools and an answer. */
const ALL = 100_000;
/** After the call's own deadline, the time in which a schedule ends and settles it at the latest. */
const SWEEP_MS = 60_000;

/** What is to be kept of a call: what was said to the model, and what it answered. */
interface Said {
  readonly asked: readonly ChatMessage[];
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

/** A turn whose call has ended. */
interface EndedTurn {
  readonly thread: Thread;
  readonly call: OpenCompletion;
  readonly end: CompletionEnd;
  readonly said: Said;
}

/** The turns of conversations: one at a time, each kept whole with its answer, or not at all. */
@Injectable()
export class Turns {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found`, or `conversation-ended` saying why */
  async read(ctx: TenantContext, conversationId: string): Promise<Thread> {
    const rows = reading(this.tenants, ctx);
    const conversation = await findConversation(rows, conversationId, null);
    assertContinues(conversation, ctx);
    const seal = await this.seal.open(ctx.tenantId, conversationId, conversation.key!);
    const kept = await listMessageRows(rows, conversationId, seal, { after: 0, limit: ALL });
    // It may have gone on between the two reads: taking the turn looks at the count of the first.
    return { conversation, seal, history: kept.slice(0, conversation.messages).map(({ message }) => message) };
  }

  /** Takes the turn for a call. @throws Fault `conflict` when another call answers, or has just answered */
  async take(ctx: TenantContext, { conversation }: Thread, call: OpenCompletion): Promise<void> {
    const until = new Date(call.deadlineAt.getTime() + SWEEP_MS);
    const answering = { conversationId: conversation.id, callId: call.id, processId: call.processId, until };
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.write<T>(ctx, statement) };
    if (await takeTurn(rows, answering, conversation, this.clock.now())) return;
    const detail = 'This conversation is being answered, or went on meanwhile; read it and ask again';
    throw new Fault('conflict', { field: 'metadata.conversation_id', detail });
  }

  /** Keeps a turn in the commit that ends its call; of one that was not completed nothing is kept. */
  async end(tx: Transaction, { thread, call, end, said }: EndedTurn): Promise<void> {
    const { conversation, seal } = thread;
    if (end.state !== 'completed') return giveTurnBack(tx, conversation.id, call.id);
    const answer: ChatMessage = { role: 'assistant', text: said.text, toolCalls: said.toolCalls, toolCallId: null };
    const messages = [...said.asked.filter(isKept), answer];
    const facts = { conversationId: conversation.id, callId: call.id, messages: messages.length };
    const bytes = messages.reduce((sum, message) => sum + Buffer.byteLength(printSaid(message)), 0);
    const expiresAt = endOf(end.endedAt, daysFor(await findRetention(tx), conversation.agentId));
    const runId = said.toolCalls.length > 0 ? (call.runId ?? call.id) : null;
    if (!(await countTurn(tx, { ...facts, bytes, runId, at: end.endedAt, expiresAt }))) return;
    const { id: conversationId, messages: after } = conversation;
    await insertMessages(tx, seal, { conversationId, completionId: call.id, after, messages, at: end.endedAt });
  }

  /** Gives a turn back whose call was never made. */
  async giveBack(ctx: TenantContext, { conversation }: Thread, call: OpenCompletion): Promise<void> {
    const own: TenantContext = { ...ctx, purpose: 'reaction', idempotency: null, signal: null };
    await this.tenants.transaction(own, (tx) => giveTurnBack(tx, conversation.id, call.id));
  }
}
