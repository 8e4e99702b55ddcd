import type { TokenUsage } from '../prices/rating.js';

/** A function that the model may ask to be called. */
export interface ToolDeclaration {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of its arguments: an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Whether the model is to be held to the schema, where its provider can. */
  readonly isStrict: boolean;
}

/** A model's wish that a function be called. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it: not to be trusted. */
  readonly arguments: string;
}

/** One message of a conversation; all of it is text. */
export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** What an assistant wanted called. */
  readonly toolCalls: readonly ToolCall[];
  /** Which call a tool's message answers. */
  readonly toolCallId: string | null;
  /** Whether it was found somewhere and is no word of the user. */
  readonly isRetrieved?: boolean;
}

/** Whether the model may, must not or must call tools, or must call this one. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** In which form the answer is to be. */
export type AnswerFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string;
      readonly schema: Readonly<Record<string, unknown>>;
      /** Whether the model is to be held to the schema, where its provider can. */
      readonly isStrict: boolean;
    };

/** What a model is asked, in nobody's dialect. */
export interface ModelRequest {
  /** The provider's own name of the model. */
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDeclaration[];
  readonly toolChoice: ToolChoice;
  /** Whether it may want several tools called at once. */
  readonly isParallel: boolean;
  readonly maxOutputTokens: number;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly stop: readonly string[];
  readonly format: AnswerFormat;
  /** What only some providers know. */
  readonly hints: ModelHints;
}

/** How a model is to answer, where its provider knows such a thing; null leaves it to the model. */
export interface ModelHints {
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  readonly seed: number | null;
  readonly reasoningEffort: string | null;
  readonly verbosity: string | null;
}

/** Why a model stopped. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** One piece of an answer as it comes. */
export type ModelPiece =
  | { readonly kind: 'text'; readonly text: string }
  /** A part of a tool call; the id and the name come with its first part. */
  | {
      readonly kind: 'tool-call';
      readonly index: number;
      readonly id?: string;
      readonly name?: string;
      readonly arguments: string;
    }
  | { readonly kind: 'finish'; readonly reason: FinishReason }
  | { readonly kind: 'usage'; readonly usage: TokenUsage };

/** A whole answer. */
export interface ModelAnswer {
  readonly text: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason;
  /** Null when the provider did not say. */
  readonly usage: TokenUsage | null;
}

/** Whoever answers for models; one adapter for each dialect. Both ways fail with a `ModelFault` and nothing else. */
export interface ModelProvider {
  /** @throws ModelFault */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>;
  /** Settles when the provider has begun to answer. @throws ModelFault, also from the pieces */
  stream(request: ModelRequest, signal: AbortSignal): Promise<AsyncIterable<ModelPiece>>;
}
