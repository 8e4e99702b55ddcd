import { Fault } from '@tenantry/kernel';
import { encodeFrame, Kind, MAX_PIECE_BYTES } from './frame.js';

/** Hands one frame to the other end. */
export type SendFrame = (frame: Uint8Array) => void;

/** The sending end of a body: takes a piece from the source only when the other end has room for it. */
export class Outlet {
  private allowed = 0;
  private sent = 0;
  private ended = false;
  private fault: Fault | null = null;
  private wake: (() => void) | null = null;

  constructor(private readonly send: SendFrame) {}

  /** How many frames went: the pieces, and the end. */
  get position(): number {
    return this.sent + (this.ended ? 1 : 0);
  }

  /** Lets that many more pieces go. */
  allow(pieces: number): void {
    this.allowed += pieces;
    this.wake?.();
  }

  /** Lets pieces go up to a total; an older, smaller total changes nothing. */
  allowTotal(pieces: number): void {
    this.allow(Math.max(0, pieces - this.allowed));
  }

  /** Ends it from outside: the pump rejects with this fault, and the source is told to stop. */
  stop(fault: Fault): void {
    this.fault ??= fault;
    this.wake?.();
  }

  /** Sends the whole source and then the end. @throws the fault of `stop`, or whatever the source throws */
  async pump(source: AsyncIterable<Uint8Array>): Promise<void> {
    const iterator = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.orStopped(iterator.next());
        if (next.done) break;
        await this.sendPiece(next.value);
      }
    } catch (error) {
      // Not awaited: a generator that waits for its own source would hold this end up.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
      throw error;
    }
    await this.room();
    this.send(encodeFrame(Kind.end, this.sent));
    this.ended = true;
  }

  private async sendPiece(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; from += MAX_PIECE_BYTES) {
      await this.room();
      this.send(encodeFrame(Kind.data, this.sent, piece.subarray(from, from + MAX_PIECE_BYTES)));
      this.sent += 1;
    }
  }

  private async room(): Promise<void> {
    while (this.sent >= this.allowed) {
      if (this.fault) throw this.fault;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
    }
    if (this.fault) throw this.fault;
  }

  /** Waits for the source or for `stop`, without leaving anything behind on a promise that outlives the step. */
  private orStopped<T>(step: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const give = (): void => {
        if (this.fault) reject(this.fault);
      };
      give();
      this.wake = give;
      step.then(resolve, reject);
    }).finally(() => (this.wake = null));
  }
}
