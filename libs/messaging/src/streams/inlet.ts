import { Fault } from '@tenantry/kernel';
import { Kind, WINDOW_PIECES, type Frame } from './frame.js';

/** What the receiving end tells its line. */
export interface InletEvents {
  /** A reader has started. */
  opened(): void;
  /** The reader has taken a piece; `taken` in all. */
  consumed(taken: number): void;
  /** The reader has had enough before the end, or the other end broke the rules. */
  gaveUp(fault: Fault): void;
}

interface Reader {
  resolve(result: IteratorResult<Uint8Array>): void;
  reject(fault: Fault): void;
}

const pieceLost = (): Fault => new Fault('unavailable', { retryAfterS: 1, cause: 'a piece of the stream was lost' });

const DONE = { done: true, value: undefined } as const;

/**
 * The receiving end of a body: holds at most one window of pieces until its single reader takes them. What was granted with the request may come before
 * there is a reader.
 */
export class Inlet implements AsyncIterableIterator<Uint8Array> {
  private readonly pieces: Uint8Array[] = [];
  private received = 0;
  private receivedBytes = 0;
  private taken = 0;
  private state: 'idle' | 'open' | 'complete' | 'over' = 'idle';
  private fault: Fault | null = null;
  private reader: Reader | null = null;

  constructor(
    private readonly events: InletEvents,
    private readonly maxBytes: number,
  ) {}

  /** Takes a data or end frame. A lost, surplus or oversize piece ends the stream. */
  accept(frame: Frame): void {
    if (this.state !== 'open' && this.state !== 'idle') return;
    if (frame.number !== this.received) return this.giveUp(pieceLost());
    if (frame.kind === Kind.end) return this.complete();
    this.received += 1;
    this.receivedBytes += frame.data.length;
    if (this.receivedBytes > this.maxBytes) return this.giveUp(new Fault('body-too-large'));
    if (this.pieces.length >= WINDOW_PIECES)
      return this.giveUp(new Fault('malformed-request', { cause: 'more pieces than allowed' }));
    this.pieces.push(frame.data);
    this.feed();
  }

  /** Gives up when the other end, as it says, has sent more than came: what is on its way comes before its word. */
  expect(position: number): void {
    if ((this.state === 'open' || this.state === 'idle') && position > this.received) this.giveUp(pieceLost());
  }

  /** Ends it from outside: what was not read yet is dropped and the reader gets the fault. */
  stop(fault: Fault): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.fault = fault;
    this.pieces.length = 0;
    this.reader?.reject(fault);
    this.reader = null;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.state === 'idle') {
      this.state = 'open';
      this.events.opened();
    }
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject };
      this.feed();
    });
  }

  /** The reader leaves the loop early. */
  return(): Promise<IteratorResult<Uint8Array>> {
    if (this.state === 'open' || this.state === 'idle') this.giveUp(new Fault('cancelled'));
    this.state = 'over';
    this.pieces.length = 0;
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private complete(): void {
    this.state = 'complete';
    this.feed();
  }

  private giveUp(fault: Fault): void {
    this.stop(fault);
    this.events.gaveUp(fault);
  }

  private feed(): void {
    const { reader } = this;
    if (!reader) return;
    const piece = this.pieces.shift();
    if (piece) {
      this.taken += 1;
      this.reader = null;
      reader.resolve({ done: false, value: piece });
      this.events.consumed(this.taken);
    } else if (this.state === 'complete' || this.state === 'over') {
      this.reader = null;
      if (this.fault) reader.reject(this.fault);
      else reader.resolve(DONE);
    }
  }
}
