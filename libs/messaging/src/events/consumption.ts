import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Doors } from '@tenantry/database';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { EVENTS_STREAM } from '../bus/subjects.js';
import { keepFailed } from './failed-events.js';

/** How often an event is tried before it is set aside. */
export const MAX_DELIVERIES = 8;
/** The server hands an event to somebody else after this long without a word: so long a crash holds up what was in work. */
export const ACK_WAIT_MS = 6_000;
const WORKING_EVERY_MS = 2_000;
const RETRY_MS = 500;
const PULL_MS = 10_000;

/** Pauses after the first, second, … failure. */
export const RETRY_PAUSES_MS: readonly number[] = [1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 900_000];

/** What every consumption needs. */
export interface ConsumptionOptions {
  readonly bus: Bus;
  readonly doors: Doors;
  readonly log: Log;
  readonly durable: string;
  /** The consumer's name in `failed_event` and the inbox. */
  readonly consumer: string;
  readonly retryPausesMs?: readonly number[];
}

/** Who handles what a consumption pulls. */
export interface Taker {
  /** Waits until messages can be taken; answers how many. */
  room(): Promise<number>;
  take(message: JsMsg): void;
}

/** Pulls one durable consumer's messages, never more than there is room for, and settles those that failed. */
export class Consumption {
  private messages: ConsumerMessages | null = null;
  private running: Promise<void> | null = null;
  private stopping = false;

  constructor(
    private readonly options: ConsumptionOptions,
    private readonly taker: Taker,
  ) {}

  start(): void {
    this.running = this.follow();
  }

  /** Pulls nothing more; what was pulled stays with whoever took it. A server that is away is not waited for: nothing comes from it. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.messages?.stop();
    if (this.options.bus.connected) await this.running;
  }

  /** Tells the server that messages are still being worked on; answers how to stop. */
  keepWorking(messages: () => readonly JsMsg[]): () => void {
    const timer = setInterval(() => messages().forEach((message) => message.working()), WORKING_EVERY_MS);
    return () => clearInterval(timer);
  }

  /** After a failure: again after a pause, or for the last time set aside. A message that can't be kept comes back. */
  async settleFailure(message: JsMsg, error: unknown, hopeless: boolean): Promise<void> {
    const { bus, doors, log, consumer, retryPausesMs = RETRY_PAUSES_MS } = this.options;
    const attempt = message.info.deliveryCount;
    const facts = { err: error, consumer, subject: message.subject, attempt };
    const pauseMs = retryPausesMs[Math.min(attempt, retryPausesMs.length) - 1] ?? RETRY_MS;
    if (!hopeless && attempt < MAX_DELIVERIES) {
      log.warn(facts, 'An event could not be handled; it is tried again');
      return message.nak(pauseMs);
    }
    try {
      await keepFailed(doors, bus.service, consumer, message, error);
      log.error(facts, 'An event was set aside after its last try');
      message.term();
    } catch (err) {
      log.error({ ...facts, err }, 'A failed event could not be kept; it comes again');
      message.nak(pauseMs);
    }
  }

  private async follow(): Promise<void> {
    while (!this.stopping) {
      try {
        const consumer = await this.options.bus.jetstream.consumers.get(EVENTS_STREAM, this.options.durable);
        await this.pullFrom(consumer);
      } catch (err) {
        if (!this.stopping)
          this.options.log.warn({ err, durable: this.options.durable }, 'Events can not be pulled; trying again');
      }
      if (!this.stopping) await pause(RETRY_MS);
    }
  }

  /** Ends when the server has nothing to say to a pull, which is when the consumer or the connection is gone. */
  private async pullFrom(consumer: Consumer): Promise<void> {
    while (!this.stopping) {
      const room = await this.taker.room();
      const beganAtMs = Date.now();
      this.messages = await consumer.fetch({ max_messages: room, expires: PULL_MS });
      if (this.stopping) this.messages.stop();
      let taken = 0;
      for await (const message of this.messages) {
        taken += 1;
        this.taker.take(message);
      }
      if (taken === 0 && Date.now() - beganAtMs < PULL_MS / 2) return;
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
