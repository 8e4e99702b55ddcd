import { Fault } from '@tenantry/kernel';
import type { Operation } from '@tenantry/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { Header, readHeaders } from '../bus/headers.js';
import { STREAM_OPEN } from '../streams/caller-line.js';
import { answerFrame, cancelFrame, encodeFrame, Kind, WINDOW_PIECES, windowOf, type Frame } from '../streams/frame.js';
import { Inlet } from '../streams/inlet.js';
import { Outlet } from '../streams/outlet.js';
import type { ServedStream, StreamHandler } from '../streams/served-stream.js';
import type { ServedStreams } from '../streams/served-streams.js';
import { bytesOf, faultAnswer, replyHeaders, type Answer } from './reply.js';

/** The service's side of one call that has, or may turn out to have, a stream. */
export class ServedCall {
  /** The body that the caller sends; nothing flows before the handler reads it. */
  readonly upload: AsyncIterable<Uint8Array> | undefined;
  /** Cuts the handler when the caller goes away. */
  cut: (fault: Fault) => void = () => undefined;
  private served: ServedStream | null = null;
  /** Pieces of the upload that may be sent in all. */
  private allowed = WINDOW_PIECES;

  constructor(
    private readonly bus: Bus,
    private readonly streams: ServedStreams,
    private readonly message: Msg,
    operation: Operation,
  ) {
    this.upload = operation.streams === 'request' ? this.inlet(operation.bodyLimitBytes) : undefined;
  }

  /** Whether the request has become a stream, so that its answer is a frame. */
  get opened(): boolean {
    return this.served !== null;
  }

  /** Answers an upload. */
  answer(answer: Answer): void {
    this.served?.end(answerFrame(bytesOf(answer)), replyHeaders(answer));
  }

  /** Sends a streamed answer, or refuses when there is no room for a stream; settles when it has ended. */
  async stream(answer: Answer, refuse: (answer: Answer) => void): Promise<void> {
    const body = answer.body as AsyncIterable<Uint8Array>;
    const outlet = new Outlet((frame) => this.served?.send(frame));
    outlet.allow(windowOf(readHeaders(this.message.headers)[Header.stream]));
    const take = (frame: Frame): void => {
      if (frame.kind === Kind.credit) outlet.allowTotal(frame.number);
    };
    const keep = (allowed: number): number => {
      outlet.allowTotal(allowed);
      return outlet.position;
    };
    const lost = (fault: Fault): void => {
      outlet.stop(fault);
      this.cut(fault);
    };
    try {
      this.open({ take, keep, lost }, answer);
    } catch (fault) {
      await body[Symbol.asyncIterator]().return?.();
      return refuse(faultAnswer(fault as Fault));
    }
    try {
      await outlet.pump(body);
      this.served?.close();
    } catch (error) {
      this.served?.end(cancelFrame(error instanceof Fault ? error : new Fault('internal', { cause: error })));
    }
  }

  private inlet(maxBytes: number): Inlet {
    const inlet: Inlet = new Inlet(
      {
        opened: () => this.openUpload(inlet),
        consumed: (taken) => {
          if (taken % (WINDOW_PIECES / 2) !== 0) return;
          this.allowed = taken + WINDOW_PIECES;
          this.served?.send(encodeFrame(Kind.credit, this.allowed));
        },
        gaveUp: (fault) => this.served?.send(cancelFrame(fault)),
      },
      maxBytes,
    );
    return inlet;
  }

  private openUpload(inlet: Inlet): void {
    const lost = (fault: Fault): void => {
      inlet.stop(fault);
      this.cut(fault);
    };
    const take = (frame: Frame): void => inlet.accept(frame);
    const keep = (sent: number): number => {
      inlet.expect(sent);
      return this.allowed;
    };
    this.open({ take, keep, lost }, { payload: encodeFrame(Kind.credit, this.allowed) });
  }

  /** Answers the request with where its frames go. */
  private open(handler: StreamHandler, answer: Answer): void {
    const { reply = '' } = this.message;
    this.served = this.streams.open(reply, handler);
    this.bus.connection.publish(reply, answer.payload, {
      headers: replyHeaders(answer, STREAM_OPEN),
      reply: this.served.address.chunkSubject,
    });
  }
}
