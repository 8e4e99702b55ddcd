import type { ChatInputMessage, CreateChatCompletionRequest } from '@tenantry/contracts';
import { isUuid } from '@tenantry/kernel';
import type { AnswerFormat, ChatMessage, ModelHints, ModelRequest } from '../models/model-port.js';
import { readToolChoice, readTools } from './chat-tools.js';
import { invalid, isObject } from './invalid.js';

/** What a caller asks a model, in nobody's dialect. */
export interface ChatRequest extends Omit<ModelRequest, 'maxOutputTokens'> {
  /** How many tokens the caller wants at most; null leaves it to the model. */
  readonly wantedTokens: number | null;
  readonly isStream: boolean;
  /** Whether the stream's last event says what was used. */
  readonly includesUsage: boolean;
  /** The conversation that it continues: the messages are only what is new, and its budgets count, too. */
  readonly conversationId: string | null;
  /** A call to a model whose run it continues. */
  readonly continuesId: string | null;
}

/** The name of messages that have what was found somewhere, so that guardrails look at it as at a stranger's words. */
const RETRIEVED = 'retrieved';
const MAX_STOPS = 4;
const MAX_STOP_CHARS = 200;
const MAX_SCHEMA_CHARS = 65_536;

/** Reads a request. @throws Fault `invalid-input` naming the field and what to do */
export function readChat(request: CreateChatCompletionRequest): ChatRequest {
  if (request.store) throw invalid('store', 'must be false: nothing is stored at providers');
  if (request.logprobs) throw invalid('logprobs', 'must be false: probabilities of words are not told');
  const tools = readTools(request.tools);
  const conversationId = readId(request.metadata, 'conversation_id', 'a conversation');
  return {
    model: request.model,
    messages: readMessages(request.messages, conversationId !== null),
    tools,
    toolChoice: readToolChoice(request.tool_choice, tools),
    isParallel: request.parallel_tool_calls ?? true,
    wantedTokens: request.max_completion_tokens ?? request.max_tokens ?? null,
    temperature: request.temperature ?? null,
    topP: request.top_p ?? null,
    stop: readStop(request.stop),
    format: readFormat(request.response_format),
    hints: readHints(request),
    isStream: request.stream ?? false,
    includesUsage: request.stream_options?.include_usage ?? false,
    conversationId,
    continuesId: readId(request.metadata, 'run_id', 'a run, or of a call in it'),
  };
}

/** In a conversation, tools may answer calls that were made in an earlier request. */
function readMessages(messages: readonly ChatInputMessage[], isContinued: boolean): ChatMessage[] {
  const open = new Set<string>();
  const known = new Set<string>();
  return messages.map((message, index) => {
    const field = `messages[${index}]`;
    if (message.tool_calls.length > 0 && message.role !== 'assistant') {
      throw invalid(`${field}.tool_calls`, 'may only be in a message of the assistant');
    }
    if (message.audio != null) throw invalid(`${field}.audio`, 'must be null: nothing is said aloud');
    if (message.function_call != null) throw invalid(`${field}.function_call`, 'must be null: calls are in tool_calls');
    for (const { id } of message.tool_calls) {
      if (known.has(id)) throw invalid(`${field}.tool_calls`, `has the id ${id}, which another call has already`);
      known.add(id);
      open.add(id);
    }
    const toolCallId = answeredCall(message, field, isContinued ? null : open);
    const toolCalls = message.tool_calls.map((call) => ({ id: call.id, ...call.function }));
    return {
      role: message.role as ChatMessage['role'],
      text: readContent(message, field),
      toolCalls,
      toolCallId,
      isRetrieved: message.name === RETRIEVED,
    };
  });
}

/** The call that a tool's message answers: one that an assistant made before and nobody has answered yet, where the calls are known. */
function answeredCall(
  { role, tool_call_id: id }: ChatInputMessage,
  field: string,
  open: Set<string> | null,
): string | null {
  if (role !== 'tool') return null;
  if (id == null || open?.delete(id) === false) {
    throw invalid(`${field}.tool_call_id`, 'must be the id of a call that was made before and has no answer yet');
  }
  return id;
}

function readHints(request: CreateChatCompletionRequest): ModelHints {
  const { seed = null, reasoning_effort: reasoningEffort = null, verbosity = null } = request;
  if (seed !== null && !Number.isInteger(seed)) throw invalid('seed', 'must be a whole number');
  const { frequency_penalty: frequencyPenalty = null, presence_penalty: presencePenalty = null } = request;
  return { frequencyPenalty, presencePenalty, seed, reasoningEffort, verbosity };
}

function readContent({ content, role, tool_calls: calls }: ChatInputMessage, field: string): string {
  if (typeof content === 'string') return content;
  if (content == null && role === 'assistant' && calls.length > 0) return '';
  if (!Array.isArray(content))
    throw invalid(`${field}.content`, 'must be text, or a list of parts of which each is text');
  return content.map((part: unknown, at) => readPart(part, `${field}.content[${at}]`)).join('');
}

function readPart(part: unknown, field: string): string {
  const { type, text } = (part ?? {}) as { readonly type?: unknown; readonly text?: unknown };
  if (type !== 'text' || typeof text !== 'string') {
    throw invalid(field, 'must be {"type": "text", "text": …}; other kinds of content are not supported');
  }
  return text;
}

function readStop(stop: unknown): string[] {
  if (stop == null) return [];
  const stops: unknown[] = typeof stop === 'string' ? [stop] : Array.isArray(stop) ? stop : [null];
  const isStop = (one: unknown): one is string => typeof one === 'string' && one !== '' && one.length <= MAX_STOP_CHARS;
  if (stops.length > MAX_STOPS || !stops.every(isStop))
    throw invalid('stop', `must be text, or at most ${MAX_STOPS} texts`);
  return stops;
}

function readFormat(given: unknown): AnswerFormat {
  const { type = 'text', json_schema: declared } = (given ?? {}) as {
    readonly type?: unknown;
    readonly json_schema?: { readonly name?: unknown; readonly schema?: unknown; readonly strict?: unknown } | null;
  };
  if (type === 'text') return { kind: 'text' };
  if (type === 'json_object') return { kind: 'json' };
  const { name, schema, strict } = declared ?? {};
  if (type !== 'json_schema' || typeof name !== 'string' || !isObject(schema)) {
    throw invalid('response_format', 'must be of type text, json_object, or json_schema with a name and a schema');
  }
  if (JSON.stringify(schema).length > MAX_SCHEMA_CHARS)
    throw invalid('response_format', 'has a schema that is too large');
  return { kind: 'schema', name, schema, isStrict: strict === true };
}

function readId(metadata: Readonly<Record<string, string>>, name: string, what: string): string | null {
  const id = metadata[name];
  if (id === undefined) return null;
  if (!isUuid(id)) throw invalid(`metadata.${name}`, `must be the id of ${what}`);
  return id;
}
