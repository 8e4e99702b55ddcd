import {
  Anthropic,
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk';
import type {
  ContentBlockParam,
  Message,
  MessageCreateParamsNonStreaming,
  MessageParam,
  RawContentBlockDeltaEvent,
  RawContentBlockStartEvent,
  RawMessageStreamEvent,
  ToolChoice,
} from '@anthropic-ai/sdk/resources/messages';
import type { TokenUsage } from '../prices/rating.js';
import { asText, asToolCall, asUsage } from './answer-checks.js';
import { ModelFault } from './model-fault.js';
import type { ChatMessage, FinishReason, ModelAnswer, ModelPiece, ModelProvider, ModelRequest } from './model-port.js';
import type { ProviderConnection } from './provider-connection.js';
import { connectionFault, faultOfStatus, retryAfterSOf } from './provider-status.js';

/** Anthropic's Messages API. */
export class AnthropicProvider implements ModelProvider {
  private readonly client: Anthropic;

  constructor({ baseUrl, apiKey, fetch }: ProviderConnection) {
    this.client = new Anthropic({ apiKey, authToken: null, baseURL: baseUrl, fetch, maxRetries: 0, logLevel: 'off' });
  }

  async complete(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> {
    try {
      return answerOf(await this.client.messages.create(paramsOf(request), { signal }));
    } catch (error) {
      throw asModelFault(error, signal);
    }
  }

  async stream(request: ModelRequest, signal: AbortSignal): Promise<AsyncIterable<ModelPiece>> {
    try {
      return piecesOf(await this.client.messages.create({ ...paramsOf(request), stream: true }, { signal }), signal);
    } catch (error) {
      throw asModelFault(error, signal);
    }
  }
}

function paramsOf(request: ModelRequest): MessageCreateParamsNonStreaming {
  const isSystem = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
  const system = [...request.messages.filter(isSystem).map(({ text }) => text), ...formatHint(request)].join('\n\n');
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    messages: merged(request.messages.filter((one) => !isSystem(one))),
    ...(system === '' ? undefined : { system }),
    ...(request.temperature === null ? undefined : { temperature: Math.min(request.temperature, 1) }),
    ...(request.topP === null ? undefined : { top_p: request.topP }),
    ...(request.stop.length > 0 ? { stop_sequences: [...request.stop] } : undefined),
    ...toolsOf(request),
  };
}

/** This dialect has no form for answers: the model is told. That it keeps to it is checked by whoever wants it. */
function formatHint({ format }: ModelRequest): string[] {
  if (format.kind === 'text') return [];
  const schema = format.kind === 'schema' ? ` that this JSON Schema allows: ${JSON.stringify(format.schema)}` : '';
  return [`Answer with one JSON object${schema}, and nothing else.`];
}

function toolsOf({
  tools,
  toolChoice,
  isParallel,
}: ModelRequest): Pick<MessageCreateParamsNonStreaming, 'tools' | 'tool_choice'> {
  if (tools.length === 0) return {};
  const choice: ToolChoice =
    typeof toolChoice === 'object'
      ? { type: 'tool', name: toolChoice.name }
      : { type: ({ auto: 'auto', none: 'none', required: 'any' } as const)[toolChoice] };
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      description: description ?? undefined,
      input_schema: { type: 'object', ...parameters },
    })),
    tool_choice: isParallel || choice.type === 'none' ? choice : { ...choice, disable_parallel_tool_use: true },
  };
}

/** Roles take turns in this dialect, and what tools answer is a user's turn. */
function merged(messages: readonly ChatMessage[]): MessageParam[] {
  const turns: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocksOf(message));
    else turns.push({ role, content: blocksOf(message) });
  }
  return turns;
}

function blocksOf({ role, text, toolCalls, toolCallId }: ChatMessage): ContentBlockParam[] {
  if (role === 'tool') return [{ type: 'tool_result', tool_use_id: toolCallId ?? '', content: text }];
  const uses = toolCalls.map(({ id, name, arguments: json }) => ({
    ...{ type: 'tool_use' as const, id, name, input: readObject(json) },
  }));
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...uses];
}

/** What a model wrote before and got back from its caller. */
function readObject(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json) as unknown;
  } catch (cause) {
    throw new ModelFault('refused', { cause });
  }
}

function answerOf({ content, stop_reason: reason, usage }: Message): ModelAnswer {
  if (!Array.isArray(content)) throw new ModelFault('malformed');
  const texts = content.flatMap((block) => (block.type === 'text' ? [asText(block.text)] : []));
  return {
    text: texts.length > 0 ? texts.join('') : null,
    toolCalls: content.flatMap((block) =>
      block.type === 'tool_use'
        ? [asToolCall({ id: block.id, name: block.name, arguments: JSON.stringify(block.input) })]
        : [],
    ),
    finishReason: finishReasonOf(reason),
    usage: usageOf(usage),
  };
}

async function* piecesOf(
  events: AsyncIterable<RawMessageStreamEvent>,
  signal: AbortSignal,
): AsyncGenerator<ModelPiece> {
  const reading = new EventReader();
  try {
    for await (const event of events) yield* reading.pieces(event);
  } catch (error) {
    throw asModelFault(error, signal, 'cut');
  }
  if (!reading.isFinished) throw new ModelFault(signal.aborted ? 'cancelled' : 'cut');
}

/** What the events of one answer say; what was used is told in two of them. */
class EventReader {
  isFinished = false;
  private input: TokenUsage | null = null;
  private readonly toolIndexes = new Map<number, number>();

  *pieces(event: RawMessageStreamEvent): Generator<ModelPiece> {
    if (event.type === 'message_start') this.input = usageOf(event.message.usage);
    else if (event.type === 'content_block_start') yield* this.begin(event.index, event.content_block);
    else if (event.type === 'content_block_delta') yield* this.go(event.index, event.delta);
    else if (event.type === 'message_delta') {
      this.isFinished = true;
      yield { kind: 'finish', reason: finishReasonOf(event.delta.stop_reason) };
      const usage = this.input && asUsage({ ...this.input, outputTokens: event.usage.output_tokens });
      if (usage) yield { kind: 'usage', usage };
    }
  }

  private *begin(at: number, block: RawContentBlockStartEvent['content_block']): Generator<ModelPiece> {
    if (block.type !== 'tool_use') return;
    const index = this.toolIndexes.size;
    this.toolIndexes.set(at, index);
    yield { kind: 'tool-call', index, id: asText(block.id), name: asText(block.name), arguments: '' };
  }

  private *go(at: number, delta: RawContentBlockDeltaEvent['delta']): Generator<ModelPiece> {
    if (delta.type === 'text_delta') yield { kind: 'text', text: asText(delta.text) };
    const index = this.toolIndexes.get(at);
    if (delta.type === 'input_json_delta' && index !== undefined) {
      yield { kind: 'tool-call', index, arguments: asText(delta.partial_json) };
    }
  }
}

function finishReasonOf(reason: string | null): FinishReason {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  if (reason === 'tool_use') return 'tool_calls';
  return reason === 'refusal' ? 'content_filter' : 'stop';
}

/** Here input is counted without what came from, or went to, the cache; everywhere else it is all of the input. */
function usageOf(usage: Partial<Message['usage']> | undefined): TokenUsage | null {
  if (!Number.isSafeInteger(usage?.input_tokens) || usage!.input_tokens! < 0) return null;
  const cachedInputTokens = usage!.cache_read_input_tokens ?? 0;
  const inputTokens = usage!.input_tokens! + cachedInputTokens + (usage!.cache_creation_input_tokens ?? 0);
  return asUsage({ inputTokens, cachedInputTokens, outputTokens: usage!.output_tokens });
}

/** What the client throws, in our words. */
function asModelFault(error: unknown, signal: AbortSignal, otherwise: 'malformed' | 'cut' = 'malformed'): ModelFault {
  if (error instanceof ModelFault) return error;
  const cause = { cause: error };
  if (error instanceof APIUserAbortError || signal.aborted) return new ModelFault('cancelled', cause);
  if (error instanceof APIConnectionTimeoutError) return new ModelFault('timeout', cause);
  if (error instanceof APIConnectionError) return connectionFault(error);
  if (!(error instanceof APIError)) return new ModelFault(otherwise, cause);
  if (error.type === 'overloaded_error') return new ModelFault('overloaded', cause);
  const isTooLong = error.status === 400 && /prompt is too long|context/i.test(error.apiMessage ?? '');
  const retryAfterS = retryAfterSOf(error.headers as Headers | undefined);
  return error.status === undefined
    ? new ModelFault(otherwise, cause)
    : faultOfStatus(error.status as number, isTooLong, { ...cause, retryAfterS });
}
