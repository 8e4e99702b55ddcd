import { setTimeout as pause } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Deliver } from './deliver.js';
import { dueDestinations } from './delivery.table.js';

const INTERVAL_MS = 1_000;
/** Batches that are on their way at once, one a destination: a megabyte or so each. */
const FLIGHTS = 16;
/** How long a free place waits for destinations that become due while slow ones are served. */
const LOOK_AGAIN_MS = 500;

/**
 * Sends every log to its destinations. Each gets one batch, then waits behind all others that are due: a tenant with a long backlog keeps
 * nobody waiting, and one that does not answer keeps a place for at most ten seconds, ever more rarely.
 */
@Controller()
export class EverySecondDeliverEntries {
  constructor(
    private readonly deliver: Deliver,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'audit.deliveries', intervalMs: INTERVAL_MS })
  async run(signal: AbortSignal): Promise<void> {
    const flights = new Flights();
    let wasIdle: boolean;
    do {
      await flights.wait();
      wasIdle = flights.size === 0; // what lands while we look for others is left out of that look
      if (!signal.aborted && flights.error === null) await this.start(flights, signal);
    } while (!wasIdle || flights.size > 0);
    if (flights.error !== null) throw flights.error;
  }

  private async start(flights: Flights, signal: AbortSignal): Promise<void> {
    const room = FLIGHTS - flights.size;
    if (room === 0) return;
    const due = await dueDestinations(this.deliver.job, this.clock.now(), flights.ids, room);
    due.forEach((one) => flights.add(one.id, this.deliver.next(one, signal)));
  }
}

/** Batches on their way. What fails on our side ends the run when all have landed; the next run begins anew. */
class Flights {
  error: Error | null = null;
  private readonly going = new Map<string, Promise<void>>();

  get size(): number {
    return this.going.size;
  }

  get ids(): string[] {
    return [...this.going.keys()];
  }

  add(id: string, flight: Promise<void>): void {
    const landed = flight.catch((error: unknown) => {
      this.error ??= error instanceof Error ? error : new Error(String(error));
    });
    this.going.set(
      id,
      landed.finally(() => this.going.delete(id)),
    );
  }

  /** Until one has landed, or others may be due. */
  async wait(): Promise<void> {
    if (this.size === 0) return;
    using waiting = new Waiting(LOOK_AGAIN_MS);
    await Promise.race([...this.going.values(), waiting.over]);
  }
}

/** A pause that holds nothing back once it is not waited for. */
class Waiting implements Disposable {
  private readonly stop = new AbortController();
  readonly over: Promise<unknown>;

  constructor(ms: number) {
    this.over = pause(ms, undefined, { signal: this.stop.signal }).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.stop.abort();
  }
}
