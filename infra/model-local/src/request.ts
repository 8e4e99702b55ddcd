/** A chat completion request, as far as the stand-in reads it. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly tool_choice?: string | { readonly function: { readonly name: string } };
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly schema?: JsonSchema } };
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
}

export interface Message {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_call_id?: string;
}

export interface Tool {
  readonly function: { readonly name: string; readonly description?: string; readonly parameters?: JsonSchema };
}

/** The little of JSON Schema by which arguments are made. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
}

/** The text of a message, whichever form it has. */
export function textOf({ content }: Message): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ text = '' }) => text).join('');
}

/** What a user asked last. */
export function lastQuestion(messages: readonly Message[]): string {
  const asked = messages.findLast(({ role }) => role === 'user');
  return asked ? textOf(asked) : '';
}

/** @throws Error saying what is wrong with it, in the dialect's words */
export function readRequest(json: unknown): ChatRequest {
  const request = json as Partial<ChatRequest> | null;
  if (typeof request !== 'object' || request === null)
    throw new Error('We could not parse the JSON body of your request.');
  if (typeof request.model !== 'string') throw new Error('you must provide a model parameter');
  if (!Array.isArray(request.messages) || request.messages.length === 0) {
    throw new Error("Invalid 'messages': empty array. Expected an array with minimum length 1.");
  }
  return request as ChatRequest;
}
