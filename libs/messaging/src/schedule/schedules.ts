import type { Doors } from '@tenantry/database';
import type { Log } from '../bus/log.js';
import type { Registered } from '../definition/handler-table.js';
import type { Schedule } from '../definition/patterns.js';

const TAKE_OVER_MS = 5_000;

/**
 * Runs a service's scheduled work on one replica: whoever holds the lock runs all of it, for as long as its connection
 * lives; the others try to take over every few seconds. Work runs at the start and then every interval, never twice at
 * the same time.
 */
export class Schedules {
  private readonly stopped = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly schedules: readonly Registered<Schedule>[],
    private readonly doors: Doors,
    private readonly log: Log,
    private readonly takeOverMs = TAKE_OVER_MS,
  ) {}

  start(): void {
    if (this.schedules.length > 0) this.running = this.lead();
  }

  /** Starts nothing more and waits for the work in hand. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async lead(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        await this.doors.control.exclusive('schedules', (lost) => this.runAll(AbortSignal.any([signal, lost])));
      } catch (err) {
        this.log.warn({ err }, 'Scheduled work could not be taken over; trying again');
      }
      await pause(this.takeOverMs, signal);
    }
  }

  private async runAll(signal: AbortSignal): Promise<void> {
    await Promise.all(this.schedules.map((schedule) => this.repeat(schedule, signal)));
  }

  private async repeat({ facts, method }: Registered<Schedule>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedAtMs = Date.now();
      try {
        await method(signal);
      } catch (err) {
        if (!signal.aborted)
          this.log.error({ err, schedule: facts.name }, 'Scheduled work failed; it runs again after its interval');
      }
      await pause(Math.max(0, startedAtMs + facts.intervalMs - Date.now()), signal);
    }
  }
}

/** Settles after a while, or at once when the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
