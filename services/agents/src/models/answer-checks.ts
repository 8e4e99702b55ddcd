import type { TokenUsage } from '../prices/rating.js';
import { ModelFault } from './model-fault.js';
import type { ToolCall } from './model-port.js';

/** Text that a provider sent where its dialect has text. @throws ModelFault `malformed` */
export function asText(value: unknown): string {
  if (typeof value !== 'string') throw new ModelFault('malformed', { cause: `${typeof value} in place of text` });
  return value;
}

/** Text, or null where there is none. @throws ModelFault `malformed` */
export function asTextOrNull(value: unknown): string | null {
  return value == null ? null : asText(value);
}

/** A call that a provider sent whole. @throws ModelFault `malformed` */
export function asToolCall(call: Readonly<Record<keyof ToolCall, unknown>>): ToolCall {
  return { id: asText(call.id), name: asText(call.name), arguments: asText(call.arguments) };
}

/** What a provider says that it used; null when it says nothing, or what can't be so: nobody is paid for less than nothing. */
export function asUsage(usage: Readonly<Record<keyof TokenUsage, unknown>>): TokenUsage | null {
  const { inputTokens, cachedInputTokens, outputTokens } = usage;
  if (!isCount(inputTokens) || !isCount(cachedInputTokens) || !isCount(outputTokens)) return null;
  return cachedInputTokens <= inputTokens ? { inputTokens, cachedInputTokens, outputTokens } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
