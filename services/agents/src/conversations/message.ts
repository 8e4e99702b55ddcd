import type { ConversationMessage } from '@tenantry/contracts';
import type { ChatMessage, ToolCall } from '../models/model-port.js';

/** Something that was said, as it is sealed. */
interface Said {
  readonly text: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly toolCallId?: string;
  readonly isRetrieved?: true;
}

/** A message of a conversation, opened. */
export interface KeptMessage {
  readonly position: number;
  readonly message: ChatMessage;
  readonly completionId: string;
  readonly saidAt: Date;
}

/** Who speaks in what is kept: what the tenant instructs is not part of a conversation. */
export function isKept({ role }: Pick<ChatMessage, 'role'>): boolean {
  return role === 'user' || role === 'tool' || role === 'assistant';
}

/** A message as text to be sealed. */
export function printSaid({ text, toolCalls, toolCallId, isRetrieved }: ChatMessage): string {
  const said: Said = {
    text,
    ...(toolCalls.length > 0 ? { toolCalls } : {}),
    ...(toolCallId === null ? {} : { toolCallId }),
    ...(isRetrieved ? { isRetrieved: true } : {}),
  };
  return JSON.stringify(said);
}

/** The message that `printSaid` printed. */
export function readSaid(role: ChatMessage['role'], json: string): ChatMessage {
  const { text, toolCalls = [], toolCallId = null, isRetrieved = false } = JSON.parse(json) as Said;
  return { role, text, toolCalls, toolCallId, isRetrieved };
}

export function toMessage({ position, message, completionId, saidAt }: KeptMessage): ConversationMessage {
  const { role, text, toolCalls, toolCallId } = message;
  return { position, role, content: text, toolCalls: [...toolCalls], toolCallId, completionId, saidAt };
}
