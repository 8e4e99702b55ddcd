import type { ModelPiece } from '../models/model-port.js';
import { stageNanos, type GuardrailWebhook } from './guardrail-webhook.js';

const FIRST_WINDOW_CHARS = 1_000;
/** Of one answer: each is twice as long as the one before, so their number, and what they cost, is bounded; the last has all that is left. */
const MAX_WINDOWS = 12;

/** What asking endpoints about a call may cost at most, in nano-USD. */
export function mostWebhookNanos(
  webhooks: readonly GuardrailWebhook[],
  isStream: boolean,
): { readonly input: bigint; readonly output: bigint } {
  const output = stageNanos(webhooks, 'output') * BigInt(isStream ? MAX_WINDOWS : 1);
  return { input: stageNanos(webhooks, 'input'), output };
}

type ToolCallPiece = Extract<ModelPiece, { kind: 'tool-call' }>;

/**
 * The pieces of an answer as they are left by whoever judges them, held back in windows.
 * @param judge what is left of texts; it throws what refuses them
 */
export async function* judgedPieces(
  pieces: AsyncIterable<ModelPiece>,
  judge: (texts: readonly string[]) => Promise<readonly string[]>,
): AsyncGenerator<ModelPiece> {
  let [held, windows] = ['', 0];
  let calls: ToolCallPiece[] = [];
  const release = async (): Promise<ModelPiece[]> => {
    const [text, toolCalls] = [held, calls];
    [held, calls] = ['', []];
    if (text === '' && toolCalls.length === 0) return [];
    windows += 1;
    const [said = '', ...args] = await judge([text, ...toolCalls.map((call) => call.arguments)]);
    const left: ModelPiece[] = toolCalls.map((call, index) => ({ ...call, arguments: args[index]! }));
    return said === '' ? left : [{ kind: 'text', text: said }, ...left];
  };
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      held += piece.text;
      if (windows < MAX_WINDOWS - 1 && held.length >= FIRST_WINDOW_CHARS * 2 ** windows) yield* await release();
    } else if (piece.kind === 'tool-call') calls.push(piece);
    else {
      if (piece.kind === 'finish') yield* await release();
      yield piece;
    }
  }
  yield* await release();
}
