/** Texts remembered; the one learnt first goes first. */
const CAPACITY = 2_000;
/** Weight of the latest run: a dozen quick ones make up for a slow one. */
const WEIGHT = 0.2;

/** How long statements take in `idleMs`, learnt from their runs: a moving average for each text. */
export class Pace {
  readonly #averageMs = new Map<string, number>();

  /** Infinity for a text that has not been seen. */
  expectMs(text: string): number {
    return this.#averageMs.get(text) ?? Infinity;
  }

  learn(text: string, tookMs: number): void {
    const before = this.#averageMs.get(text);
    this.#averageMs.set(text, before === undefined ? tookMs : before + WEIGHT * (tookMs - before));
    if (before === undefined && this.#averageMs.size > CAPACITY) {
      const [oldest] = this.#averageMs.keys();
      this.#averageMs.delete(oldest!);
    }
  }
}
