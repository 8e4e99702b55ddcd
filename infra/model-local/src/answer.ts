import { createHash } from 'node:crypto';
import { knobsOf, type Knobs } from './knobs.js';
import { lastQuestion, type ChatRequest } from './request.js';
import { decide } from './rules.js';

/** Characters of one token. Real tokens differ; what matters is that all sides count alike. */
const TOKEN_CHARS = 4;
const DEFAULT_MAX_TOKENS = 4_096;

interface Call {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A whole answer, before it is cut in pieces. */
export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly tokens: readonly string[] | null;
  readonly calls: readonly Call[];
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
  readonly usage: object;
  readonly knobs: Knobs;
}

/** The tokens of a text. */
function tokensOf(text: string): string[] {
  const points = [...text];
  const count = Math.ceil(points.length / TOKEN_CHARS);
  return Array.from({ length: count }, (_, index) =>
    points.slice(index * TOKEN_CHARS, (index + 1) * TOKEN_CHARS).join(''),
  );
}

/** The answer to a request; the same for the same request. */
export function answerTo(request: ChatRequest): Answer {
  const decision = decide(request);
  const limit = request.max_completion_tokens ?? request.max_tokens ?? DEFAULT_MAX_TOKENS;
  const whole = decision.text === null ? null : tokensOf(decision.text);
  const tokens = whole?.slice(0, limit) ?? null;
  const digest = createHash('sha256').update(JSON.stringify(request.messages)).digest('hex');
  const knobs = knobsOf(lastQuestion(request.messages));
  const calls = decision.calls.map((call, index): Call => {
    const id = `call_${digest.slice(0, 20)}${knobs.repeatsIds ? 0 : index}`;
    return { id, type: 'function', function: call };
  });
  return {
    ...{ id: `chatcmpl-${digest.slice(0, 24)}`, model: request.model, tokens, calls, knobs },
    finishReason: calls.length > 0 ? 'tool_calls' : whole && whole.length > limit ? 'length' : 'stop',
    usage: usageOf(request, tokens, calls),
  };
}

function usageOf(request: ChatRequest, tokens: readonly string[] | null, calls: readonly Call[]): object {
  const prompt_tokens = tokensOf(JSON.stringify([request.messages, request.tools ?? []])).length;
  const completion_tokens = tokens?.length ?? tokensOf(JSON.stringify(calls)).length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
