import { Fault } from '@tenantry/kernel';

/**
 * Runs at most `maxRunning` pieces of costly work at a time and lets at most `maxWaiting` more wait their turn, so that a
 * storm of sign-ins is refused early and leaves memory and the other operations alone.
 */
export class HashingQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  /** @throws Fault `unavailable` when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.maxRunning) {
      this.running++;
    } else if (this.waiting.length < this.maxWaiting) {
      // Whoever finishes hands on its place, so `running` stays as it is.
      await new Promise<void>((turn) => this.waiting.push(turn));
    } else {
      throw new Fault('unavailable', { detail: 'Too many sign-ins at once; try again in a moment', retryAfterS: 1 });
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
