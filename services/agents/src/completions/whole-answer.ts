import { formatNanos } from '@tenantry/kernel';
import { ModelFault } from '../models/model-fault.js';
import type { ModelAnswer, ToolCall } from '../models/model-port.js';
import type { TokenUsage } from '../prices/rating.js';
import type { CallMeter } from './call-meter.js';
import type { OpenCompletion } from './completion.js';

/** The answer as OpenAI clients read it. */
export function printAnswer(
  call: OpenCompletion,
  { text, toolCalls, finishReason }: ModelAnswer,
  meter: CallMeter,
): Uint8Array {
  const message = { role: 'assistant', content: text, refusal: null };
  const withCalls = toolCalls.length > 0 ? { ...message, tool_calls: toolCalls.map(printToolCall) } : message;
  const body = {
    ...{ id: call.id, object: 'chat.completion', created: createdOf(call), model: call.model },
    choices: [{ index: 0, message: withCalls, logprobs: null, finish_reason: finishReason }],
    usage: printUsage(meter.usage),
    tenantry: printFacts(call, meter),
  };
  return Buffer.from(JSON.stringify(body));
}

/** What we say of an answer besides what OpenAI clients read. */
export function printFacts({ id, runId }: OpenCompletion, meter: CallMeter): object {
  return { cost: formatNanos(meter.costNanos), estimated: meter.isEstimated, runId: runId ?? id };
}

/** Seconds since 1970. */
export function createdOf({ startedAt }: OpenCompletion): number {
  return Math.floor(startedAt.getTime() / 1_000);
}

export function printToolCall({ id, ...call }: ToolCall): object {
  return { id, type: 'function', function: call };
}

export function printUsage({ inputTokens, cachedInputTokens, outputTokens }: TokenUsage): object {
  return {
    ...{ prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
    prompt_tokens_details: { cached_tokens: cachedInputTokens },
  };
}

/** Callers know calls by their ids: two with one id would get each other's results. @throws ModelFault `malformed` */
export function assertDistinct(toolCalls: readonly ToolCall[]): void {
  if (new Set(toolCalls.map(({ id }) => id)).size < toolCalls.length) {
    throw new ModelFault('malformed', { cause: 'two tool calls have one id' });
  }
}
