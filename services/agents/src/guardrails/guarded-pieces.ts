import type { ModelPiece, ToolCall } from '../models/model-port.js';
import { blocked, guardAnswer } from './guarded-chat.js';
import type { Decision, Guardrail, Inspected } from './guardrail.js';
import { StreamGuard } from './stream-guard.js';

/** A tool call of a stream, put together: its arguments are judged whole, before any of them goes on. */
interface Gathered {
  id: string;
  name: string;
  arguments: string;
}

/**
 * The pieces of an answer that guardrails let through. Decisions are added to the list as they are made.
 * @throws Fault `guardrail-blocked` when one of them refuses the rest
 */
export async function* guardedPieces(
  pieces: AsyncIterable<ModelPiece>,
  guardrails: readonly Guardrail[],
  decisions: Decision[],
): AsyncGenerator<ModelPiece> {
  const guard = new StreamGuard(guardrails);
  const calls = new Map<number, Gathered>();
  const take = ({ text, decisions: made, blockedBy }: Inspected): ModelPiece[] => {
    decisions.push(...made);
    if (blockedBy) throw blocked(blockedBy);
    return text === '' ? [] : [{ kind: 'text', text }];
  };
  for await (const piece of pieces) {
    if (piece.kind === 'text') yield* take(guard.push(piece.text));
    else if (piece.kind === 'tool-call') gather(calls, piece);
    else {
      yield* take(guard.end());
      yield* wholeCalls(calls, guardrails, decisions);
      yield piece;
    }
  }
}

function gather(
  calls: Map<number, Gathered>,
  { index, id, name, arguments: json }: Extract<ModelPiece, { kind: 'tool-call' }>,
): void {
  const call = calls.get(index) ?? { id: '', name: '', arguments: '' };
  calls.set(index, { id: id ?? call.id, name: name ?? call.name, arguments: call.arguments + json });
}

function* wholeCalls(
  calls: Map<number, Gathered>,
  guardrails: readonly Guardrail[],
  decisions: Decision[],
): Generator<ModelPiece> {
  if (calls.size === 0) return;
  const toolCalls: ToolCall[] = [...calls.values()];
  const indexes = [...calls.keys()];
  calls.clear();
  const answer = { text: null, toolCalls, finishReason: 'tool_calls', usage: null } as const;
  const { value, decisions: made, blockedBy } = guardAnswer(guardrails, answer);
  decisions.push(...made);
  if (blockedBy) throw blocked(blockedBy);
  for (const [at, call] of value.toolCalls.entries()) yield { kind: 'tool-call', index: indexes[at]!, ...call };
}
