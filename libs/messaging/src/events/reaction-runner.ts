import type { JsMsg } from '@nats-io/jetstream';
import type { Doors } from '@tenantry/database';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import type { Registered } from '../definition/handler-table.js';
import { reactionConsumer } from '../definition/handlers-of.js';
import type { Reaction } from '../definition/patterns.js';
import { Consumption, MAX_DELIVERIES } from './consumption.js';
import { readEvent, UnreadableEvent } from './read-event.js';
import { Reactor, type PlaceOf } from './reactor.js';

/** What running a reaction over the stream needs. */
export interface ReactionOptions {
  readonly bus: Bus;
  readonly doors: Doors;
  readonly log: Log;
  readonly placeOf: PlaceOf;
  readonly retryPausesMs?: readonly number[];
}

/** Feeds one reaction from its durable consumer. */
export class ReactionRunner {
  private readonly consumption: Consumption;
  private readonly reactor: Reactor;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly stopped = new AbortController();
  private readonly concurrency: number;

  constructor(reaction: Registered<Reaction>, options: ReactionOptions) {
    const { facts } = reaction;
    const service = options.bus.service;
    const taker = { room: () => this.room(), take: (message: JsMsg) => this.begin(message) };
    const { name: durable } = reactionConsumer(service, facts);
    this.consumption = new Consumption({ ...options, durable, consumer: facts.consumer }, taker);
    this.reactor = new Reactor(reaction, { ...options, service });
    this.concurrency = facts.concurrency;
  }

  start(): void {
    this.consumption.start();
  }

  /** Waits for the events being handled, at most `timeoutMs`; then cuts them off, and they come again elsewhere. */
  async stop(timeoutMs: number): Promise<void> {
    await this.consumption.stop();
    const timer = setTimeout(() => this.stopped.abort(new Error('the service is stopping')), timeoutMs);
    await Promise.all(this.inFlight);
    clearTimeout(timer);
  }

  private async room(): Promise<number> {
    while (this.inFlight.size >= this.concurrency) await Promise.race(this.inFlight);
    return this.concurrency - this.inFlight.size;
  }

  private begin(message: JsMsg): void {
    const work: Promise<void> = this.settle(message).finally(() => this.inFlight.delete(work));
    this.inFlight.add(work);
  }

  private async settle(message: JsMsg): Promise<void> {
    const stopTelling = this.consumption.keepWorking(() => [message]);
    try {
      // Beyond the last try only when the process died in it: not once more.
      if (message.info.deliveryCount > MAX_DELIVERIES) throw new UnreadableEvent('crash');
      await this.reactor.react(readEvent(message), this.stopped.signal);
      message.ack();
    } catch (error) {
      await this.consumption.settleFailure(message, error, error instanceof UnreadableEvent);
    } finally {
      stopTelling();
    }
  }
}
