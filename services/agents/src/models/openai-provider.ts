import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError, OpenAI } from 'openai';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { TokenUsage } from '../prices/rating.js';
import { asText, asTextOrNull, asToolCall, asUsage } from './answer-checks.js';
import { ModelFault } from './model-fault.js';
import type {
  ChatMessage,
  FinishReason,
  ModelAnswer,
  ModelHints,
  ModelPiece,
  ModelProvider,
  ModelRequest,
} from './model-port.js';
import type { ProviderConnection } from './provider-connection.js';
import { connectionFault, faultOfStatus, retryAfterSOf } from './provider-status.js';

/** Any server that speaks the OpenAI dialect of chat completions. */
export class OpenAiProvider implements ModelProvider {
  private readonly client: OpenAI;

  constructor({ baseUrl, apiKey, fetch }: ProviderConnection) {
    // What the environment says of another account must not come along.
    const account = { organization: null, project: null, adminAPIKey: null, webhookSecret: null };
    this.client = new OpenAI({ ...account, apiKey, baseURL: baseUrl, fetch, maxRetries: 0, logLevel: 'off' });
  }

  async complete(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    try {
      return answerOf(await this.client.chat.completions.create(paramsOf(request), { signal }));
    } catch (error) {
      throw asModelFault(error, signal);
    }
  }

  async stream(request: ModelRequest, signal: AbortSignal): Promise<AsyncIterable<ModelPiece>> {
    try {
      const params = { ...paramsOf(request), stream: true, stream_options: { include_usage: true } } as const;
      return piecesOf(await this.client.chat.completions.create(params, { signal }), signal);
    } catch (error) {
      throw asModelFault(error, signal);
    }
  }
}

function paramsOf(request: ModelRequest): ChatCompletionCreateParamsNonStreaming {
  const { tools, toolChoice, format, stop } = request;
  const choice = typeof toolChoice === 'object' ? ({ type: 'function', function: toolChoice } as const) : toolChoice;
  return {
    model: request.model,
    messages: request.messages.map(messageParam),
    max_completion_tokens: request.maxOutputTokens,
    ...(request.temperature === null ? undefined : { temperature: request.temperature }),
    ...(request.topP === null ? undefined : { top_p: request.topP }),
    ...hintParams(request.hints),
    ...(stop.length > 0 ? { stop: [...stop] } : undefined),
    ...(tools.length > 0 ? { tools: tools.map(toolParam), tool_choice: choice, ...parallelParam(request) } : undefined),
    ...(format.kind === 'json' ? { response_format: { type: 'json_object' as const } } : undefined),
    ...(format.kind === 'schema'
      ? {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: format.name, schema: { ...format.schema }, ...strictParam(format) },
          },
        }
      : undefined),
  };
}

function hintParams(hints: ModelHints): Partial<ChatCompletionCreateParamsNonStreaming> {
  const { frequencyPenalty, presencePenalty, seed, reasoningEffort, verbosity } = hints;
  const params = {
    ...{ frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty, seed },
    ...{ reasoning_effort: reasoningEffort, verbosity },
  };
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null));
}

/** What is as usual is not said: servers that speak the dialect know less of it than its author's. */
function parallelParam({ isParallel }: ModelRequest): { parallel_tool_calls?: false } {
  return isParallel ? {} : { parallel_tool_calls: false };
}

function strictParam({ isStrict }: { readonly isStrict: boolean }): { strict?: true } {
  return isStrict ? { strict: true } : {};
}

function toolParam(tool: ModelRequest['tools'][number]) {
  const { name, description, parameters } = tool;
  return {
    type: 'function',
    function: { name, description: description ?? undefined, parameters: { ...parameters }, ...strictParam(tool) },
  } as const;
}

function messageParam({ role, text, toolCalls, toolCallId }: ChatMessage): ChatCompletionMessageParam {
  if (role === 'tool') return { role, content: text, tool_call_id: toolCallId ?? '' };
  if (role !== 'assistant') return { role, content: text };
  if (toolCalls.length === 0) return { role, content: text };
  const calls = toolCalls.map(({ id, ...call }) => ({ id, type: 'function' as const, function: call }));
  return { role, content: text === '' ? null : text, tool_calls: calls };
}

function answerOf({ choices, usage }: ChatCompletion): ModelAnswer {
  const choice = (choices as ChatCompletion['choices'] | undefined)?.[0];
  if (typeof choice?.message !== 'object') throw new ModelFault('malformed');
  const calls = choice.message.tool_calls ?? [];
  return {
    text: asTextOrNull(choice.message.content),
    toolCalls: calls.flatMap((call) =>
      call.type === 'function' ? [asToolCall({ id: call.id, ...call.function })] : [],
    ),
    finishReason: finishReasonOf(choice.finish_reason),
    usage: usageOf(usage),
  };
}

async function* piecesOf(chunks: AsyncIterable<ChatCompletionChunk>, signal: AbortSignal): AsyncGenerator<ModelPiece> {
  let isFinished = false;
  try {
    for await (const { choices, usage } of chunks) {
      const choice = (choices as ChatCompletionChunk['choices'] | undefined)?.[0];
      if (choice) yield* choicePieces(choice);
      isFinished ||= Boolean(choice?.finish_reason);
      const used = usageOf(usage ?? undefined);
      if (used) yield { kind: 'usage', usage: used };
    }
  } catch (error) {
    throw asModelFault(error, signal, 'cut');
  }
  // The client ends quietly when it is aborted, and when the connection is closed between two events.
  if (!isFinished) throw new ModelFault(signal.aborted ? 'cancelled' : 'cut');
}

function* choicePieces({
  delta,
  finish_reason: reason,
}: ChatCompletionChunk['choices'][number]): Generator<ModelPiece> {
  if (delta.content) yield { kind: 'text', text: asText(delta.content) };
  for (const { index, id, function: call } of delta.tool_calls ?? []) {
    const [begins, name] = [asTextOrNull(id) ?? undefined, asTextOrNull(call?.name) ?? undefined];
    yield { kind: 'tool-call', index, id: begins, name, arguments: asText(call?.arguments ?? '') };
  }
  if (reason) yield { kind: 'finish', reason: finishReasonOf(reason) };
}

function finishReasonOf(reason: string): FinishReason {
  if (reason === 'length' || reason === 'tool_calls' || reason === 'content_filter') return reason;
  return 'stop';
}

function usageOf(usage: ChatCompletion['usage']): TokenUsage | null {
  const cachedInputTokens = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  return asUsage({ inputTokens: usage?.prompt_tokens, cachedInputTokens, outputTokens: usage?.completion_tokens });
}

/** What the client throws, in our words. */
function asModelFault(error: unknown, signal: AbortSignal, otherwise: 'malformed' | 'cut' = 'malformed'): ModelFault {
  if (error instanceof ModelFault) return error;
  const cause = { cause: error };
  if (error instanceof APIUserAbortError || signal.aborted) return new ModelFault('cancelled', cause);
  if (error instanceof APIConnectionTimeoutError) return new ModelFault('timeout', cause);
  if (error instanceof APIConnectionError) return connectionFault(error);
  if (error instanceof APIError && error.status !== undefined) {
    const isTooLong = error.code === 'context_length_exceeded';
    return faultOfStatus(error.status as number, isTooLong, { ...cause, retryAfterS: retryAfterSOf(error.headers) });
  }
  return new ModelFault(otherwise, cause);
}
