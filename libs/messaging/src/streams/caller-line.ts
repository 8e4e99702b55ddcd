import type { Msg } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { encodeFrame, Kind } from './frame.js';

/** How often a caller says that it is still there. */
export const KEEP_ALIVE_MS = 5_000;
/** How long an end of a stream may say nothing before the other gives it up. */
export const MAX_SILENCE_MS = 20_000;

/** What the line of a caller needs of it. */
export interface CallerEnd {
  /** How far it is, as `Kind.keep` says. */
  position(): number;
  onSilent(): void;
}

/**
 * The caller's way to speak to one stream of one instance. Nothing is answered to a frame, but NATS says on its reply subject when
 * nobody hears it any more.
 */
export class CallerLine {
  private lastHeardAtMs = Date.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly chunkSubject: string,
    private readonly reply: string,
    private readonly end: CallerEnd,
  ) {
    this.keep();
    this.timer = setInterval(() => {
      if (Date.now() - this.lastHeardAtMs > MAX_SILENCE_MS) end.onSilent();
      else this.keep();
    }, KEEP_ALIVE_MS);
    this.timer.unref();
  }

  send(frame: Uint8Array): void {
    if (this.bus.connected) this.bus.connection.publish(this.chunkSubject, frame, { reply: this.reply });
  }

  /** Notes that the other end is there. */
  heard(): void {
    this.lastHeardAtMs = Date.now();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private keep(): void {
    this.send(encodeFrame(Kind.keep, this.end.position()));
  }
}

/** The value of the `Tenantry-Stream` header of the message that opens a stream; its reply subject takes the frames. */
export const STREAM_OPEN = 'open';

/** Whether a message opens a stream, and where its frames go. */
export function chunkSubjectOf(message: Msg, streamHeader: string | undefined): string | undefined {
  return streamHeader === STREAM_OPEN && message.reply ? message.reply : undefined;
}
