import { Fault } from '@tenantry/kernel';
import type { Msg } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { Header, readHeaders } from '../bus/headers.js';
import { CallerLine, chunkSubjectOf } from '../streams/caller-line.js';
import { cancelFrame, decodeFrame, faultOf, Kind } from '../streams/frame.js';
import { Outlet } from '../streams/outlet.js';
import { unavailable, type Exchange } from './multiplexer.js';
import { faultReply, readReply, type RawReply } from './reply.js';

/** A service reads at once, or refuses: if it does neither, the request or its answer was lost. */
const OPEN_TIMEOUT_MS = 15_000;

/** The caller's side of an operation whose request is a stream. */
export class Upload implements Exchange {
  private line: CallerLine | null = null;
  private readonly outlet = new Outlet((frame) => this.line?.send(frame));
  private readonly opening: NodeJS.Timeout;
  private settled = false;
  private declined = false;

  replyTo = '';

  constructor(
    private readonly bus: Bus,
    readonly subject: string,
    private readonly source: AsyncIterable<Uint8Array>,
    private readonly settle: (reply: RawReply) => void,
  ) {
    this.opening = setTimeout(() => this.fail(unavailable('the service did not begin to read')), OPEN_TIMEOUT_MS);
  }

  receive(message: Msg): void {
    if (this.line) return this.takeFrame(message);
    const chunks = chunkSubjectOf(message, readHeaders(message.headers)[Header.stream]);
    if (!chunks) return this.finish(readReply(message.headers, message.data));
    clearTimeout(this.opening);
    this.line = new CallerLine(this.bus, chunks, this.replyTo, {
      position: () => this.outlet.position,
      onSilent: () => this.fail(unavailable('the service went silent')),
    });
    this.takeFrame(message);
    this.outlet.pump(this.source).catch((error: unknown) => {
      if (!this.declined) this.fail(error instanceof Fault ? error : new Fault('cancelled', { cause: error }));
    });
  }

  /** Ends it with a fault and tells the service. */
  fail(fault: Fault): void {
    if (this.settled) return;
    this.line?.send(cancelFrame(fault));
    this.finish(faultReply(fault));
  }

  private takeFrame(message: Msg): void {
    this.line?.heard();
    const frame = decodeFrame(message.data);
    if (frame.kind === Kind.credit || frame.kind === Kind.keep) this.outlet.allowTotal(frame.number);
    else if (frame.kind === Kind.answer) this.finish(readReply(message.headers, frame.data));
    else if (frame.kind === Kind.cancel) this.decline(faultOf(frame));
  }

  /** The service wants no more of the body; its answer follows. */
  private decline(fault: Fault): void {
    this.declined = true;
    this.outlet.stop(fault);
  }

  private finish(reply: RawReply): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.opening);
    this.line?.close();
    this.outlet.stop(new Fault('cancelled'));
    this.settle(reply);
  }
}
