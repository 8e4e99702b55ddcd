import { record } from '../measure/record.js';

/** What a figure must reach. */
export interface Target {
  readonly least?: number;
  readonly most?: number;
}

/** The figures of one run: each is printed as it is found, and all are kept at the end. */
export class Findings {
  readonly #found: Parameters<typeof record>[1][number][] = [];

  /** Whether every target was reached so far. */
  get isHeld(): boolean {
    return this.#found.every(({ met }) => met);
  }

  add(name: string, value: number, unit: string, { least, most }: Target = {}): void {
    const met = value >= (least ?? -Infinity) && value <= (most ?? Infinity);
    const target = least ?? most ?? null;
    this.#found.push({ name, ratio: value, unit, target, met });
    const goal =
      target === null ? '' : ` (target ${least === undefined ? '≤' : '≥'} ${target}${met ? '' : ', MISSED'})`;
    const digits = value < 1 ? 2 : value < 100 ? 1 : 0;
    console.log(`${name}: ${value.toFixed(digits)} ${unit}${goal}`);
  }

  keep(bench: string): void {
    record(bench, this.#found);
  }
}
