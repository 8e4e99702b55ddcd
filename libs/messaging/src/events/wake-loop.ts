import { setTimeout as pause } from 'node:timers/promises';
import type { Subscription } from '@tenantry/database';
import type { Log } from '../bus/log.js';

/** What one step of a loop found: nothing to do, more to do at once, or something to try again after a pause. */
export type Step = 'idle' | 'more' | 'retry';

const POLL_MS = 1_000;
/** From the beginning of one step to that of the next: who is woken all the time finds more at once. */
const PACE_MS = 20;

/**
 * Steps when woken and at least every second; one step at a time, and at once again while there is more. Woken in a quiet moment it steps at
 * once; woken again and again it steps fifty times a second.
 */
export class WakeLoop {
  private timer: NodeJS.Timeout | null = null;
  private listening: Subscription | null = null;
  private running: Promise<void> | null = null;
  private woken = false;
  private stopping = false;

  constructor(
    private readonly step: () => Promise<Step>,
    private readonly log: Log,
  ) {}

  /** `listen` subscribes to whatever wakes the loop. */
  async start(listen: (wake: () => void) => Promise<Subscription>): Promise<void> {
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.timer.unref();
    this.listening = await listen(() => this.wake());
    this.wake();
  }

  /** Waits for the step in hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.timer) clearInterval(this.timer);
    await this.listening?.close();
    await this.running;
  }

  private wake(): void {
    this.woken = true;
    if (!this.stopping) this.running ??= this.run().finally(() => (this.running = null));
  }

  private async run(): Promise<void> {
    while (this.woken && !this.stopping) {
      this.woken = false;
      const nextAtMs = performance.now() + PACE_MS;
      try {
        const outcome = await this.step();
        // The next poll tries again: what can't be sent now must not spin.
        if (outcome === 'retry') return;
        if (outcome === 'more') this.woken = true;
        else await pause(Math.max(0, nextAtMs - performance.now()));
      } catch (err) {
        this.log.warn({ err }, 'The outbox could not be read; trying again');
        return;
      }
    }
  }
}
