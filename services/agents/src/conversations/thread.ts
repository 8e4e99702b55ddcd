import { Fault, formatNanos } from '@tenantry/kernel';
import type { CallPlan } from '../completions/call-plan.js';
import type { ChatRequest } from '../completions/chat-request.js';
import { invalid } from '../completions/invalid.js';
import type { ChatMessage } from '../models/model-port.js';
import type { Conversation } from './conversation.js';
import type { MessageSeal } from './conversation-seal.js';
import { isKept } from './message.js';

/** A conversation as it was read, which a call to a model continues. */
export interface Thread {
  readonly conversation: Conversation;
  readonly seal: MessageSeal;
  /** What was said so far. */
  readonly history: readonly ChatMessage[];
}

/**
 * The request as the model gets it: what the tenant instructs, what was said so far, and what is new.
 * @throws Fault `invalid-input` for what can't continue the conversation
 */
export function continued({ history }: Thread, chat: ChatRequest): ChatRequest {
  if (chat.messages.some(({ role }) => role === 'assistant'))
    throw invalid('messages', 'must have only what is new: what was said in the conversation is known');
  if (!chat.messages.some(isKept)) throw invalid('messages', 'must say something new');
  const isInstruction = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
  const fresh = chat.messages.filter((message) => !isInstruction(message));
  const messages = [...chat.messages.filter(isInstruction), ...history, ...fresh];
  assertAnswered(messages);
  return { ...chat, messages };
}

/** Providers refuse a question after calls that nobody answered, and answers to calls that nobody made. */
function assertAnswered(messages: readonly ChatMessage[]): void {
  const open = new Set<string>();
  for (const { role, toolCalls, toolCallId } of messages) {
    if (role === 'tool' && !open.delete(toolCallId!))
      throw invalid('messages', `has an answer to the call ${toolCallId}, which was not made or is answered`);
    if (role === 'user' && open.size > 0)
      throw invalid('messages', `must first answer the calls ${[...open].join(', ')} with messages of the role tool`);
    for (const { id } of toolCalls) open.add(id);
  }
  if (open.size > 0)
    throw invalid('messages', `must answer the calls ${[...open].join(', ')} with messages of the role tool`);
}

/** What the call may cost with what is left to its conversation. @throws Fault `budget-refused` when that is too little */
export function withinConversation(plan: CallPlan, { conversation }: Thread): CallPlan {
  const { limitNanos, spentNanos, id } = conversation;
  if (limitNanos === null) return plan;
  const left = limitNanos > spentNanos ? limitNanos - spentNanos : 0n;
  if (left < plan.leastNanos) {
    const [least, headroom] = [formatNanos(plan.leastNanos), formatNanos(left)];
    const detail = `The conversation has ${headroom} USD left of its budget; the smallest answer may cost ${least} USD`;
    throw new Fault('budget-refused', { detail, extra: { scope: { kind: 'conversation', id }, headroom, least } });
  }
  return { ...plan, mostNanos: plan.mostNanos < left ? plan.mostNanos : left };
}
