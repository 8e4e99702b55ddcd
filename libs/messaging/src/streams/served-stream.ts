import { Fault } from '@tenantry/kernel';
import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { MAX_SILENCE_MS } from './caller-line.js';
import { decodeFrame, encodeFrame, faultOf, Kind, type Frame } from './frame.js';

/** Who handles what the caller of a stream says. */
export interface StreamHandler {
  /** A data, end or credit frame. */
  take(frame: Frame): void;
  /** How far the caller is; answers how far this end is, both as `Kind.keep` says. */
  keep(position: number): number;
  /** The caller gave up, broke the rules or went silent. */
  lost(fault: Fault): void;
}

/** Where a stream's frames go: what the caller says comes to `chunkSubject`, what it hears goes to `replyTo`. */
export interface StreamAddress {
  readonly chunkSubject: string;
  readonly replyTo: string;
}

/** The service's end of one stream. */
export class ServedStream {
  private over = false;
  private lastHeardAtMs = Date.now();

  constructor(
    private readonly bus: Bus,
    readonly address: StreamAddress,
    private readonly handler: StreamHandler,
    private readonly onOver: () => void,
  ) {}

  /** Takes one message of the caller. */
  receive(message: Msg): void {
    this.lastHeardAtMs = Date.now();
    try {
      this.handle(decodeFrame(message.data));
    } catch (error) {
      this.lose(error as Fault);
    }
  }

  send(frame: Uint8Array): void {
    if (!this.over) this.bus.connection.publish(this.address.replyTo, frame);
  }

  /** Sends the last frame and ends the stream. */
  end(frame: Uint8Array, headers?: MsgHdrs): void {
    if (this.over) return;
    this.bus.connection.publish(this.address.replyTo, frame, { headers });
    this.close();
  }

  /** The stream has ended. */
  close(): void {
    this.over = true;
    this.onOver();
  }

  /** Gives a silent caller up. */
  checkSilence(nowMs: number): void {
    if (nowMs - this.lastHeardAtMs > MAX_SILENCE_MS)
      this.lose(new Fault('cancelled', { cause: 'the caller went silent' }));
  }

  private lose(fault: Fault): void {
    this.close();
    this.handler.lost(fault);
  }

  private handle(frame: Frame): void {
    if (frame.kind === Kind.keep) this.send(encodeFrame(Kind.keep, this.handler.keep(frame.number)));
    else if (frame.kind === Kind.cancel) this.lose(faultOf(frame));
    else this.handler.take(frame);
  }
}
