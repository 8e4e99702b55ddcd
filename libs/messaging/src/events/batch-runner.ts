import { setTimeout as pause } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import type { JsMsg } from '@nats-io/jetstream';
import type { Doors } from '@tenantry/database';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { inSpan, TENANT_ATTRIBUTE } from '../bus/tracing.js';
import type { Registered } from '../definition/handler-table.js';
import { batchConsumer } from '../definition/handlers-of.js';
import type { BatchReaction } from '../definition/patterns.js';
import { Consumption } from './consumption.js';
import type { ReceivedEvent } from './event.js';
import { readEvent } from './read-event.js';

interface Item {
  readonly message: JsMsg;
  readonly event: ReceivedEvent;
}

const BATCH_MAX_BYTES = 512 * 1024;
const WAITING_MAX_BYTES = 4 * 1024 * 1024;
/** At 256 KB an event at most, what one pull adds to what waits is bounded too. */
const PULL_MAX_EVENTS = 64;
/** From the beginning of one batch to that of the next, unless many wait: a commit costs the same for one event and for ten. */
const PACE_MS = 100;

/** What a batch reaction needs. */
export interface BatchOptions {
  readonly bus: Bus;
  readonly doors: Doors;
  readonly log: Log;
  readonly retryPausesMs?: readonly number[];
}

/** Runs one batch reaction: whatever came while the last batch was handled, or in the pause after it, is the next. */
export class BatchRunner {
  private readonly consumption: Consumption;
  private readonly waiting: Item[] = [];
  private readonly stopped = new AbortController();
  private readonly setAside = new Set<Promise<void>>();
  private working: Promise<void> | null = null;

  constructor(
    private readonly batch: Registered<BatchReaction>,
    private readonly options: BatchOptions,
  ) {
    const durable = batchConsumer(options.bus.service, batch.facts).name;
    const taker = { room: () => this.room(), take: (message: JsMsg) => this.take(message) };
    this.consumption = new Consumption({ ...options, durable, consumer: batch.facts.consumer }, taker);
  }

  start(): void {
    this.consumption.start();
  }

  /** Handles what was pulled, at most for `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    await this.consumption.stop();
    const timer = setTimeout(() => this.stopped.abort(new Error('the service is stopping')), timeoutMs);
    await Promise.all([this.working, ...this.setAside]);
    clearTimeout(timer);
  }

  /** One batch may wait while another is handled. */
  private async room(): Promise<number> {
    const { maxEvents } = this.batch.facts;
    while (this.waiting.length >= maxEvents || this.waitingBytes() >= WAITING_MAX_BYTES) await this.working;
    return Math.min(maxEvents - this.waiting.length, PULL_MAX_EVENTS);
  }

  private waitingBytes(): number {
    return this.waiting.reduce((bytes, { message }) => bytes + message.data.length, 0);
  }

  private take(message: JsMsg): void {
    try {
      this.waiting.push({ message, event: readEvent(message) });
    } catch (error) {
      const kept: Promise<void> = this.consumption
        .settleFailure(message, error, true)
        .finally(() => this.setAside.delete(kept));
      this.setAside.add(kept);
    }
    this.working ??= this.drain().finally(() => (this.working = null));
  }

  private async drain(): Promise<void> {
    const stopTelling = this.consumption.keepWorking(() => this.waiting.map(({ message }) => message));
    try {
      // One turn of the event loop, so that what arrived together is handled together.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.waiting.length > 0 && !this.stopped.signal.aborted) {
        const nextAtMs = performance.now() + PACE_MS;
        await this.settle(this.waiting.splice(0, this.nextSize()));
        if (this.waiting.length < PULL_MAX_EVENTS) await pause(Math.max(0, nextAtMs - performance.now()));
      }
    } finally {
      stopTelling();
    }
  }

  /** As many as a batch may have, fewer when they are big: a batch is handled without a break. */
  private nextSize(): number {
    let bytes = 0;
    const full = this.waiting.findIndex(({ message }) => (bytes += message.data.length) >= BATCH_MAX_BYTES);
    return Math.min(this.batch.facts.maxEvents, full === -1 ? this.waiting.length : full + 1);
  }

  private async settle(items: readonly Item[]): Promise<void> {
    const stopTelling = this.consumption.keepWorking(() => items.map(({ message }) => message));
    try {
      await this.handle(items);
      items.forEach(({ message }) => message.ack());
    } catch (error) {
      if (items.length === 1) return await this.consumption.settleFailure((items[0] as Item).message, error, false);
      this.options.log.warn(
        { err: error, events: items.length },
        'A batch could not be handled; its events are tried one by one',
      );
      for (const item of items) await this.settle([item]);
    } finally {
      stopTelling();
    }
  }

  private async handle(items: readonly Item[]): Promise<void> {
    const { facts, method } = this.batch;
    const tenantIds = [...new Set(items.map(({ event }) => event.tenantId))];
    const attributes = {
      'messaging.system': 'nats',
      'messaging.consumer.group.name': facts.consumer,
      'messaging.batch.message_count': items.length,
      [TENANT_ATTRIBUTE]: tenantIds.length === 1 ? tenantIds[0] : tenantIds,
    };
    const traceparent = items[0]?.event.traceparent;
    await inSpan({ name: `${facts.consumer} batch`, kind: SpanKind.CONSUMER, traceparent, attributes }, async () => {
      await method(
        items.map(({ event }) => event),
        this.stopped.signal,
      );
    });
  }
}
