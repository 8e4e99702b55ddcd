import { ModelFault } from '../models/model-fault.js';
import type { FinishReason, ModelPiece } from '../models/model-port.js';
import type { PricedModel } from '../prices/price-book.js';
import type { CallMeter } from './call-meter.js';

/** What a stream has said so far: how much, why it ended, what it used. */
export class StreamReader {
  finishReason: FinishReason | null = null;
  /** Whether the provider went on beyond the limit that it was given: no piece of text is less than a token. */
  isOverLimit = false;
  private bytes = 0;
  private pieces = 0;
  private isCounted = false;
  private readonly callIds = new Set<string>();

  constructor(
    private readonly model: PricedModel,
    private readonly maxOutputTokens: number,
    private readonly meter: CallMeter,
  ) {}

  /** The pieces, as they are read; none beyond the limit. @throws ModelFault `malformed` when two tool calls have one id */
  async *read(pieces: AsyncIterable<ModelPiece>): AsyncGenerator<ModelPiece> {
    for await (const piece of pieces) {
      this.take(piece);
      if (this.isOverLimit) break;
      yield piece;
    }
    if (this.isOverLimit) yield { kind: 'finish', reason: 'length' };
  }

  private take(piece: ModelPiece): void {
    if (piece.kind === 'finish') this.finishReason = piece.reason;
    if (piece.kind === 'text') this.add(piece.text);
    if (piece.kind === 'tool-call') this.takeCall(piece);
    if (piece.kind === 'usage') {
      this.meter.count(this.model, piece.usage);
      this.isCounted = true;
    }
  }

  /** Counts what nobody said: what was sent, and what came of it. */
  close(): void {
    if (!this.isCounted) this.meter.estimate(this.model, this.bytes, this.pieces);
  }

  private takeCall({ id, name = '', arguments: json }: Extract<ModelPiece, { kind: 'tool-call' }>): void {
    if (id !== undefined && this.callIds.has(id)) {
      throw new ModelFault('malformed', { cause: 'two tool calls have one id' });
    }
    if (id !== undefined) this.callIds.add(id);
    this.add(`${name}${json}`);
  }

  private add(text: string): void {
    if (text === '') return;
    this.isOverLimit = this.pieces >= this.maxOutputTokens;
    if (this.isOverLimit) return;
    this.bytes += Buffer.byteLength(text);
    this.pieces += 1;
  }
}
