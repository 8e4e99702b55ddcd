import type { Fault } from '@tenantry/kernel';
import type { Msg } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { Header, readHeaders } from '../bus/headers.js';
import { CallerLine, chunkSubjectOf } from '../streams/caller-line.js';
import { cancelFrame, decodeFrame, encodeFrame, faultOf, Kind, WINDOW_PIECES } from '../streams/frame.js';
import { Inlet } from '../streams/inlet.js';
import { unavailable, type Exchange } from './multiplexer.js';
import { faultReply, readReply, type RawReply } from './reply.js';

/** The caller's side of an operation whose answer may be a stream. */
export class Download implements Exchange {
  private line: CallerLine | null = null;
  private readonly inlet: Inlet;
  private allowed = 0;
  private over = false;

  replyTo = '';

  constructor(
    private readonly bus: Bus,
    readonly subject: string,
    private readonly answer: (reply: RawReply) => void,
    private readonly onOver: () => void,
  ) {
    const opened = (): void => this.allow(WINDOW_PIECES);
    const consumed = (taken: number): void => {
      if (taken % (WINDOW_PIECES / 2) === 0) this.allow(taken + WINDOW_PIECES);
    };
    this.inlet = new Inlet({ opened, consumed, gaveUp: (fault) => this.fail(fault) }, Number.POSITIVE_INFINITY);
  }

  receive(message: Msg): void {
    if (this.line) return this.takeFrame(message);
    const chunks = chunkSubjectOf(message, readHeaders(message.headers)[Header.stream]);
    const reply = readReply(message.headers, message.data);
    if (!chunks) {
      this.end();
      return this.answer(reply);
    }
    this.line = new CallerLine(this.bus, chunks, this.replyTo, {
      position: () => this.allowed,
      onSilent: () => this.fail(unavailable('the service went silent')),
    });
    this.answer({ ...reply, body: this.inlet });
  }

  /** Ends it with a fault: as the answer while there is none, else to the reader of the body and to the service. */
  fail(fault: Fault): void {
    if (this.over) return;
    this.line?.send(cancelFrame(fault));
    if (this.line) this.inlet.stop(fault);
    else this.answer(faultReply(fault));
    this.end();
  }

  private takeFrame(message: Msg): void {
    if (this.over) return;
    this.line?.heard();
    const frame = decodeFrame(message.data);
    if (frame.kind === Kind.data) {
      this.inlet.accept(frame);
    } else if (frame.kind === Kind.end) {
      this.inlet.accept(frame);
      this.end();
    } else if (frame.kind === Kind.keep) {
      this.inlet.expect(frame.number);
    } else if (frame.kind === Kind.cancel) {
      this.inlet.stop(faultOf(frame));
      this.end();
    } else if (frame.kind === Kind.answer) {
      this.fail(unavailable('the end of the stream was lost'));
    }
  }

  private allow(pieces: number): void {
    this.allowed = pieces;
    if (!this.over) this.line?.send(encodeFrame(Kind.credit, pieces));
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.line?.close();
    this.onOver();
  }
}
