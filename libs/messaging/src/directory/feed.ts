import { randomBytes } from 'node:crypto';
import { AckPolicy, DeliverPolicy, type ConsumerConfig } from '@nats-io/jetstream';
import { nanos, type Msg, type Subscription } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { inboxPrefix } from '../bus/subjects.js';

/** Who takes what a bucket holds. */
export interface FeedTarget {
  /** One entry; null when its key was removed. */
  take(key: string, value: Uint8Array | null): void;
  /** Everything that was there when the feed began has been taken. */
  complete(): void;
  /** The server says that it is still there and has nothing new. */
  heard(): void;
}

const HEARTBEAT_MS = 1_000;
const MAX_SILENCE_MS = 3 * HEARTBEAT_MS;
/** A busy server may take its time to make a consumer; to ask again meanwhile would make it busier. */
const MAX_ANSWER_MS = 10_000;
const RETRY_MS = 250;
const IDLE_CONSUMER_MS = 30_000;
/** The status of heartbeats and flow control. */
const CONTROL = 100;

/**
 * Every entry of a KV bucket and then every change, in order. Resumes after the last revision that it saw when the
 * connection was lost, a message is missing or the server falls silent; begins anew when the bucket itself is new.
 */
export class BucketFeed {
  private readonly stream: string;
  private readonly prefix: string;
  private readonly watchdog: NodeJS.Timeout;
  private readonly stopListening: () => void;
  private subscription: Subscription | null = null;
  private isFollowing = false;
  private lastHeardAtMs = 0;
  private lastRevision = 0;
  private lastDelivered = 0;
  private bucketCreated = '';
  private attempt = 0;
  private closed = false;

  constructor(
    private readonly bus: Bus,
    bucket: string,
    private readonly target: FeedTarget,
    private readonly log: Log,
  ) {
    this.stream = `KV_${bucket}`;
    this.prefix = `$KV.${bucket}.`;
    this.stopListening = bus.onChange((change) => {
      if (change.kind === 'restored') this.restart();
    });
    this.watchdog = setInterval(() => this.look(), HEARTBEAT_MS);
    this.watchdog.unref();
    this.restart();
  }

  close(): void {
    this.closed = true;
    clearInterval(this.watchdog);
    this.stopListening();
    if (!this.bus.connection.isClosed()) this.subscription?.unsubscribe();
  }

  /** Begins anew when the server says nothing more, or does not answer. What came while this process was busy is heard first. */
  private look(): void {
    const attempt = this.attempt;
    const isSilent = (): boolean => {
      const patienceMs = this.isFollowing ? MAX_SILENCE_MS : MAX_ANSWER_MS;
      return this.bus.connected && Date.now() - this.lastHeardAtMs > patienceMs;
    };
    if (isSilent()) setImmediate(() => attempt === this.attempt && isSilent() && this.restart());
  }

  private restart(): void {
    const attempt = ++this.attempt;
    [this.isFollowing, this.lastHeardAtMs] = [false, Date.now()];
    this.begin(attempt).catch((err: unknown) => {
      if (this.closed || attempt !== this.attempt) return;
      this.log.warn({ err, stream: this.stream }, 'A directory could not be watched; trying again');
      setTimeout(() => {
        if (!this.closed && attempt === this.attempt) this.restart();
      }, RETRY_MS).unref();
    });
  }

  private async begin(attempt: number): Promise<void> {
    this.subscription?.unsubscribe();
    this.lastDelivered = 0;
    const manager = await this.bus.admin;
    const { created, state } = await manager.streams.info(this.stream);
    if (created !== this.bucketCreated || state.last_seq < this.lastRevision) this.lastRevision = 0;
    this.bucketCreated = created;
    if (attempt !== this.attempt || this.closed) return;

    const inbox = `${inboxPrefix(this.bus.service)}.${randomBytes(12).toString('base64url')}`;
    this.subscription = this.bus.subscribe(inbox, (message) => this.receive(attempt, message));
    const consumer = await manager.consumers.add(this.stream, this.consumerFor(inbox));
    if (attempt !== this.attempt) return;
    [this.isFollowing, this.lastHeardAtMs] = [true, Date.now()];
    // A bucket whose entries all went with age is empty too, at whatever place in its stream the consumer begins.
    if (consumer.num_pending === 0 && consumer.delivered.consumer_seq === 0) this.target.complete();
  }

  private consumerFor(inbox: string): Partial<ConsumerConfig> {
    const start =
      this.lastRevision === 0
        ? { deliver_policy: DeliverPolicy.LastPerSubject }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: this.lastRevision + 1 };
    return {
      ...start,
      name: randomBytes(9).toString('base64url'),
      filter_subject: `${this.prefix}>`,
      deliver_subject: inbox,
      ack_policy: AckPolicy.None,
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: nanos(HEARTBEAT_MS),
      inactive_threshold: nanos(IDLE_CONSUMER_MS),
      mem_storage: true,
      num_replicas: 1,
    };
  }

  private receive(attempt: number, message: Msg): void {
    if (attempt !== this.attempt || this.closed) return;
    this.lastHeardAtMs = Date.now();
    this.target.heard();
    if (message.data.length === 0 && message.headers?.code === CONTROL) this.answerControl(message);
    else if (message.subject.startsWith(this.prefix)) this.take(message);
  }

  private take(message: Msg): void {
    const { deliverySequence, streamSequence, pending } = deliveryOf(message.reply ?? '');
    if (deliverySequence !== this.lastDelivered + 1) return this.restart();
    this.lastDelivered = deliverySequence;
    this.lastRevision = streamSequence;
    const removed = message.headers?.has('KV-Operation') ?? false;
    this.target.take(message.subject.slice(this.prefix.length), removed ? null : message.data);
    if (pending === 0) this.target.complete();
  }

  /** Flow control wants an answer. A heartbeat tells how far the server is, or that it waits for an answer that was lost. */
  private answerControl(message: Msg): void {
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (message.reply) return void message.respond();
    if (stalled) return this.bus.connection.publish(stalled);
    const delivered = Number(message.headers?.get('Nats-Last-Consumer'));
    if (delivered > this.lastDelivered) return this.restart(); // the last ones were lost: no later one shows it
    this.target.complete();
  }
}

interface Delivery {
  readonly streamSequence: number;
  readonly deliverySequence: number;
  readonly pending: number;
}

/** Reads where a message is in its stream from `$JS.ACK.….<tries>.<stream>.<delivery>.<time>.<pending>`; newer servers have longer subjects. */
function deliveryOf(reply: string): Delivery {
  const tokens = reply.split('.');
  const [, streamSequence, deliverySequence, , pending] = tokens.slice(tokens.length === 9 ? 4 : 6).map(Number);
  return { streamSequence: streamSequence ?? 0, deliverySequence: deliverySequence ?? 0, pending: pending ?? 0 };
}
