import { randomUUID } from 'node:crypto';
import type { Subscription } from '@nats-io/transport-node';
import type { Bus } from './bus.js';
import { presenceSubject } from './subjects.js';

const ANNOUNCE_EVERY_MS = 2_000;
/** A process that missed two announcements is taken for gone. */
const GONE_AFTER_MS = 5_000;

/** How many processes of this service are alive: each tells the others every two seconds. */
export class Presence {
  private readonly id = randomUUID();
  private readonly lastHeardMs = new Map<string, number>();
  private readonly subscription: Subscription;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly bus: Bus) {
    this.subscription = bus.subscribe(
      presenceSubject(bus.service),
      (message) => void this.lastHeardMs.set(message.string(), Date.now()),
    );
    this.timer = setInterval(() => this.announce(), ANNOUNCE_EVERY_MS);
    this.timer.unref();
    this.announce();
  }

  /** This process included. */
  get size(): number {
    return Math.max(1, this.lastHeardMs.size);
  }

  close(): void {
    clearInterval(this.timer);
    this.subscription.unsubscribe();
  }

  private announce(): void {
    const goneBeforeMs = Date.now() - GONE_AFTER_MS;
    for (const [id, heardMs] of this.lastHeardMs) if (heardMs < goneBeforeMs) this.lastHeardMs.delete(id);
    if (this.bus.connected) this.bus.connection.publish(presenceSubject(this.bus.service), this.id);
  }
}
