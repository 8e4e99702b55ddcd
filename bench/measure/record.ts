import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One thing measured, and what it is measured by. */
export interface Comparison {
  readonly name: string;
  /** What it is compared with; null for a figure that stands for itself. */
  readonly baseline: string | null;
  /** The figure over the baseline's; without a baseline the figure itself, in `unit`. */
  readonly ratio: number;
  readonly unit: string;
  readonly target: number | null;
  readonly met: boolean;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Requests refused or failed that should not have been. */
  readonly errors: number;
  /** What each run or turn gave, in the order in which they ran. */
  readonly runs: readonly unknown[];
}

const UNKNOWN = { baseline: null, unit: 'times', target: null, p50Ms: null, p99Ms: null, errors: 0, runs: [] };
const directory = join(import.meta.dirname, '../results');

/** Keeps what a bench found in `bench/results/<bench>.json`, a line for each comparison. */
export function record(
  bench: string,
  found: readonly (Pick<Comparison, 'name' | 'ratio' | 'met'> & Partial<Comparison>)[],
): void {
  const lines = found.map((one): string => JSON.stringify({ ...UNKNOWN, ...one } satisfies Comparison));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${bench}.json`), `[\n${lines.join(',\n')}\n]\n`);
}
