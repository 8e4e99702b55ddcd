import { atRate, type Work } from './load.js';
import { median, quantile } from './quantile.js';

/** A way to do something, and how much of it a second is the most it does, found in a closed loop. */
export interface PacedWay {
  readonly name: string;
  readonly capacityPerS: number;
  readonly work: Work;
}

/** How long something takes at a rate that it could do three times over. */
export interface Latency {
  readonly perSecond: number;
  /** The median of the runs. */
  readonly p50Ms: number;
  /** The median of the runs. */
  readonly p99Ms: number;
  readonly errors: number;
  readonly runs: readonly LatencyRun[];
}

export interface LatencyRun {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** What the generator added to a hundredth of them, at the least. */
  readonly lateP99Ms: number;
}

/** How many runs, and how long. */
export interface Plan {
  readonly runs: number;
  readonly runMs: number;
}

export const SHARE_OF_CAPACITY = 0.3;
const FULL: Plan = { runs: 5, runMs: 60_000 };
/** For a look: whole benches end within minutes. */
const SHORT: Plan = { runs: 3, runMs: 3_000 };
/** Of fewer the p99 is the slowest one. */
const LEAST_IN_RUN = 200;

export const planOf = (isFull: boolean): Plan => (isFull ? FULL : SHORT);

/** At so many a second a run takes so long. */
export const durationMsOf = ({ runMs }: Plan, perSecond: number): number =>
  Math.max(runMs, (LEAST_IN_RUN / perSecond) * 1_000);

/**
 * Open loop at 30 % of what each way can do, in turns, so that whatever else the machine does hits all alike; in the order of the ways.
 * @param beforeEach is awaited before each round, e.g. to sign in again
 */
export async function latenciesOf(
  ways: readonly PacedWay[],
  plan: Plan,
  beforeEach: () => Promise<void> = () => Promise.resolve(),
): Promise<Latency[]> {
  const rates = ways.map(({ capacityPerS }) => capacityPerS * SHARE_OF_CAPACITY);
  const found = ways.map((): LatencyRun[] => []);
  for (let run = 0; run < plan.runs; run++) {
    await beforeEach();
    for (const [i, way] of ways.entries()) found[i]!.push(await runOnce(way, rates[i]!, plan));
  }
  return found.map((of, i) => together(rates[i]!, of));
}

/** One way alone, at a rate of the caller's. */
export async function runOnce(way: Omit<PacedWay, 'capacityPerS'>, rate: number, plan: Plan): Promise<LatencyRun> {
  const { latenciesMs, lateMs, errors, firstError } = await atRate(rate, durationMsOf(plan, rate), way.work);
  if (latenciesMs.length === 0) throw new Error(`${way.name} failed every time, first: ${firstError}`);
  if (errors > 0) console.error(`${way.name} failed ${errors} times, first: ${firstError}`);
  const [p50Ms, p99Ms] = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.99)];
  return { p50Ms, p99Ms, errors, lateP99Ms: quantile(lateMs, 0.99) };
}

/** Several runs as one. */
export function together(perSecond: number, runs: readonly LatencyRun[]): Latency {
  const middle = (fact: keyof LatencyRun): number => median(runs.map((run) => run[fact]));
  const errors = runs.reduce((sum, run) => sum + run.errors, 0);
  return { perSecond, p50Ms: middle('p50Ms'), p99Ms: middle('p99Ms'), errors, runs };
}

/** For the terminal. */
export function printLatency({ perSecond, p50Ms, p99Ms, runs }: Latency): string {
  const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  const late = ms(median(runs.map(({ lateP99Ms }) => lateP99Ms)));
  return `at ${Math.round(perSecond)}/s p50 ${ms(p50Ms)} ms, p99 ${ms(p99Ms)} ms (${runs.map((run) => ms(run.p99Ms)).join(', ')}; generator ${late})`;
}
