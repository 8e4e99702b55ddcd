import { Fault } from '@tenantry/kernel';
import { clampOutput, worstCaseNanos } from '../prices/rating.js';
import type { PricedModel } from '../prices/price-book.js';
import type { ChatRequest } from './chat-request.js';

/** Between what amounts a call is held for. */
export interface CallLimits {
  /** What is held at most: the dearest of the models that may answer, with all the output that is wanted. */
  readonly mostNanos: bigint;
  /** The smallest amount with which a model can answer one token. */
  readonly leastNanos: bigint;
}

/** What a call may use, and so cost, before it is made. */
export interface CallPlan extends CallLimits {
  /**
   * No call can have more tokens of input: tokenizers make at most one of a byte, and a few more for each message and tool. Held is
   * what that costs; counted is what the provider says.
   */
  readonly inputBound: number;
  /** How many tokens of input it likely has: counted when nobody says better. */
  readonly inputEstimate: number;
}

/** Tokens by which dialects mark the beginning and end of a message or tool. */
const MARKS_PER_PART = 16;
/** English text; other languages have fewer characters in a token, so this is low rather than high. */
const BYTES_PER_TOKEN = 4;

/**
 * Plans a call.
 * @throws Fault `context-too-long` when no model can read what was sent
 */
export function planCall(chat: ChatRequest, candidates: readonly PricedModel[]): CallPlan {
  const bytes = Buffer.byteLength(JSON.stringify([chat.messages, chat.tools, chat.format]));
  const inputBound = bytes + MARKS_PER_PART * (chat.messages.length + chat.tools.length + 1);
  const inputEstimate = estimateTokens(bytes);
  const longest = Math.max(...candidates.map(({ contextTokens }) => contextTokens));
  if (inputEstimate > longest) {
    const detail = `The messages have some ${inputEstimate} tokens; the model reads at most ${longest}`;
    throw new Fault('context-too-long', { field: 'messages', detail });
  }
  const worst = candidates.map((model) => worstCaseNanos(model, inputBound, wantedOutput(chat, model)));
  const least = candidates.map((model) => worstCaseNanos(model, inputBound, 1));
  const mostNanos = worst.reduce((x, y) => (x > y ? x : y));
  return { inputBound, inputEstimate, mostNanos, leastNanos: least.reduce((x, y) => (x < y ? x : y)) };
}

/** A plan whose hold has an amount for something besides models. */
export function planWith(plan: CallPlan, nanos: bigint): CallPlan {
  return { ...plan, mostNanos: plan.mostNanos + nanos, leastNanos: plan.leastNanos + nanos };
}

/** How many tokens a text of so many bytes likely has. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

function wantedOutput({ wantedTokens }: ChatRequest, { maxOutputTokens }: PricedModel): number {
  return Math.min(wantedTokens ?? maxOutputTokens, maxOutputTokens);
}

/** How much a model may write with what is left of the hold; 0 when that is nothing. */
export function outputFor(
  chat: ChatRequest,
  model: PricedModel,
  { inputBound }: CallPlan,
  headroomNanos: bigint,
): number {
  return clampOutput(model, { inputTokens: inputBound, wanted: wantedOutput(chat, model), headroomNanos });
}
