import { randomBytes } from 'node:crypto';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { chunkSubject, isAnswerOf } from '../bus/subjects.js';
import { unavailable } from '../rpc/multiplexer.js';
import { bytesOf, faultAnswer, replyHeaders } from '../rpc/reply.js';
import { answerFrame, Kind } from './frame.js';
import { ServedStream, type StreamHandler } from './served-stream.js';

const SILENCE_CHECK_MS = 5_000;
const ID_BYTES = 18;

/** Every stream that this instance serves: one subscription, one map, one timer. */
export class ServedStreams {
  private readonly streams = new Map<string, ServedStream>();
  private readonly instance = randomBytes(9).toString('base64url');
  private readonly subscription: Subscription;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly bus: Bus,
    private readonly maxStreams: number,
  ) {
    const subject = chunkSubject(bus.service, this.instance, '*');
    this.subscription = bus.subscribe(subject, (message) => this.route(message));
    this.timer = setInterval(() => this.checkSilence(), SILENCE_CHECK_MS);
    this.timer.unref();
  }

  get size(): number {
    return this.streams.size;
  }

  /** Makes a stream under an unguessable subject. @throws Fault `unavailable` when there are too many */
  open(replyTo: string, handler: StreamHandler): ServedStream {
    if (this.streams.size >= this.maxStreams) throw unavailable('too many streams');
    const id = randomBytes(ID_BYTES).toString('base64url');
    const over = (): void => void this.streams.delete(id);
    const address = { chunkSubject: chunkSubject(this.bus.service, this.instance, id), replyTo };
    const stream = new ServedStream(this.bus, address, handler, over);
    this.streams.set(id, stream);
    return stream;
  }

  close(): void {
    clearInterval(this.timer);
    if (!this.bus.connection.isClosed()) this.subscription.unsubscribe();
  }

  private route(message: Msg): void {
    const stream = this.streams.get(message.subject.slice(message.subject.lastIndexOf('.') + 1));
    if (stream) stream.receive(message);
    else this.refuse(message);
  }

  /** Whoever still asks after a stream that is over missed its end. */
  private refuse({ data, reply = '' }: Msg): void {
    if (data[0] !== Kind.keep || !isAnswerOf(this.bus.service, reply)) return;
    const answer = faultAnswer(unavailable('the end of the stream was lost'));
    this.bus.connection.publish(reply, answerFrame(bytesOf(answer)), { headers: replyHeaders(answer) });
  }

  private checkSilence(): void {
    const now = Date.now();
    for (const stream of [...this.streams.values()]) stream.checkSilence(now);
  }
}
