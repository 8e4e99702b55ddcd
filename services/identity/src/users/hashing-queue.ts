import { Fault } from '@tenantry/kernel';

/** How much may run, and wait. */
export interface QueueLimits {
  readonly running: number;
  readonly waiting: number;
  /** Of those that wait, so many of one origin. */
  readonly waitingOfOne: number;
}

/**
 * Runs a bounded number of pieces of costly work at a time and lets a bounded number more wait, so that a storm of sign-ins is refused
 * early and leaves memory and the other operations alone. Origins take turns: who sends many waits behind who sends one.
 */
export class HashingQueue {
  private running = 0;
  private waiting = 0;
  /** By origin, in the order of their turns. */
  private readonly turns = new Map<string, (() => void)[]>();

  constructor(private readonly limits: QueueLimits) {}

  /** @param origin who asks, such as a network address @throws Fault `unavailable` when too many wait already */
  async run<T>(origin: string, work: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.running) this.running++;
    // Whoever finishes hands on its place, so `running` stays as it is.
    else await this.turn(origin);
    try {
      return await work();
    } finally {
      this.handOn();
    }
  }

  private async turn(origin: string): Promise<void> {
    const mine = this.turns.get(origin) ?? [];
    if (this.waiting >= this.limits.waiting || mine.length >= this.limits.waitingOfOne) {
      throw new Fault('unavailable', { detail: 'Too many sign-ins at once; try again in a moment', retryAfterS: 1 });
    }
    this.turns.set(origin, mine);
    this.waiting++;
    await new Promise<void>((begin) => mine.push(begin));
  }

  private handOn(): void {
    const [next] = this.turns;
    if (!next) {
      this.running--;
      return;
    }
    const [origin, waiting] = next;
    this.turns.delete(origin);
    const begin = waiting.shift()!;
    if (waiting.length > 0) this.turns.set(origin, waiting); // to the end of the turns
    this.waiting--;
    begin();
  }
}
