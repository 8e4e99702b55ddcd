import type { ModelPiece, ToolCall } from '../models/model-port.js';

/** What of an answer has gone to whoever asked. */
export class Spoken {
  text = '';
  readonly toolCalls: ToolCall[] = [];

  /** The names of the tools that the answer wants called, each once. */
  get tools(): string[] {
    return [...new Set(this.toolCalls.map(({ name }) => name))];
  }

  /** A piece of a stream; its tool calls come whole. */
  take(piece: ModelPiece): void {
    if (piece.kind === 'text') this.text += piece.text;
    if (piece.kind !== 'tool-call') return;
    this.toolCalls.push({ id: piece.id ?? '', name: piece.name ?? '', arguments: piece.arguments });
  }

  /** A whole answer. */
  takeWhole({ text, toolCalls }: { readonly text: string | null; readonly toolCalls: readonly ToolCall[] }): void {
    this.text = text ?? '';
    this.toolCalls.push(...toolCalls);
  }
}
