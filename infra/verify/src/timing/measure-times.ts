import { operations, type Operation } from '@tenantry/contracts';
import type { Caller } from '../client/caller.js';
import type { Request } from '../client/client.js';
import { prepare, spent, type HttpRun } from '../http/attack-http.js';
import { foreignIds } from '../http/attack-operation.js';
import { randomIds } from '../inputs/form.js';
import type { Pair } from '../world/tenant.js';
import { compareTwins, MAX_SHARE, type Comparison } from './compare-twins.js';
import type { Journal } from './journal.js';

/** How much is measured. */
export interface TimingOptions {
  /** The most pairs of requests that are compared for one operation. */
  readonly pairs: number;
  /** After so long no other operation is begun; null: all are measured. */
  readonly budgetMs: number | null;
  /** What earlier runs measured, and where this one writes; null for neither. */
  readonly journal: Journal | null;
}

/** What the measuring of times works with. */
export interface TimingRun
  extends Pick<HttpRun, 'client' | 'world' | 'workshop' | 'forms' | 'findings' | 'only'>, TimingOptions {
  readonly progress: (text: string) => void;
}

const WARM_UP = 20;

/** Two requests whose answers are the same, and should take the same time. */
interface Twins {
  readonly subject: string;
  readonly caller: Caller;
  readonly other: Request;
  readonly random: Request;
}

/** An operation as a tenant of one mode uses it. */
interface Job {
  readonly operation: Operation;
  readonly pair: Pair;
  readonly name: string;
}

/**
 * Asks for another tenant's things and for random ones in turns, in changing order, by every operation that names things, one
 * after the other; and compares the median of each pair's difference, because what disturbs the machine disturbs both alike.
 */
export async function measureTimes(run: TimingRun): Promise<void> {
  const endMs = run.budgetMs === null ? Infinity : performance.now() + run.budgetMs;
  const jobs = jobsOf(run);
  for (const [index, job] of jobs.entries()) {
    if (performance.now() > endMs) {
      const reason = `the budget was used up after ${index} of ${jobs.length}; go on with --resume`;
      return run.findings.leaveOut({ section: 'timing', subject: `${job.name} and what comes after it`, reason });
    }
    await measureJob(run, job, `${index + 1} of ${jobs.length}`);
  }
}

function jobsOf({ only, world }: TimingRun): Job[] {
  return operations
    .filter(({ http, scope, name }) => http !== null && scope !== 'platform' && !spent.has(name) && only.test(name))
    .flatMap((operation) => world.pairs.map((pair) => ({ operation, pair, name: `${operation.name} (${pair.mode})` })));
}

async function measureJob(run: TimingRun, { operation, pair, name }: Job, place: string): Promise<void> {
  const isDone = run.journal?.of(name);
  run.progress(`${place}, ${name}: ${isDone ? 'as measured before' : 'preparing'}`);
  if (isDone) {
    if (isDone.pairs > 0) record(run, name, isDone);
    return;
  }
  const labelled = await twinsOf(run, { operation, pair, name });
  let worst: Comparison | null = null;
  for (const twins of labelled) {
    const comparison = await compare(run, twins, place);
    record(run, twins.subject, comparison);
    if (worst === null || Math.abs(comparison.share) > Math.abs(worst.share)) worst = comparison;
  }
  run.journal?.note(name, worst ?? NAMES_NOTHING);
}

/** Of an operation whose request is the same whoever makes it. */
const NAMES_NOTHING: Comparison = { pairs: 0, share: 0, interval: { low: 0, high: 0 }, usualMs: 0, held: true };

async function twinsOf(run: TimingRun, { operation, pair, name }: Job): Promise<Twins[]> {
  const prepared = await prepare(run, operation, pair);
  return prepared.flatMap(({ own, other }) => {
    const foreign = foreignIds(own, other);
    if (!foreign) return [];
    const subject = own.label ? `${name}, ${own.label}` : name;
    const naming = (ids: typeof foreign): Request => own.request({ ...own.ids, ...ids });
    return [{ subject, caller: own.caller, other: naming(foreign), random: naming(randomIds(foreign)) }];
  });
}

async function compare(run: TimingRun, { subject, caller, other, random }: Twins, place: string): Promise<Comparison> {
  const time = async (request: Request): Promise<number> => {
    const startedMs = performance.now();
    await run.client.send(caller, request);
    return performance.now() - startedMs;
  };
  let round = 0;
  const take = async (): Promise<{ differenceMs: number; usualMs: number }> => {
    if (round % 100 === 0) run.progress(`${place}, ${subject}: ${round} of at most ${run.pairs} pairs`);
    const isEven = (round += 1) % 2 === 0;
    const [first, second] = [await time(isEven ? other : random), await time(isEven ? random : other)];
    return isEven
      ? { differenceMs: first - second, usualMs: second }
      : { differenceMs: second - first, usualMs: first };
  };
  for (let index = 0; index < WARM_UP; index += 1) await take();
  return compareTwins(run.pairs, take);
}

function record({ findings }: TimingRun, subject: string, { pairs, share, interval, usualMs, held }: Comparison): void {
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  findings.record({
    ...{ section: 'timing', subject, attack: `other tenant's and random ids, ${pairs} pairs in turns`, held },
    expected: `a median difference of at most ${percent(MAX_SHARE)}`,
    seen: `${percent(share)} (${percent(interval.low)} to ${percent(interval.high)}) of ${usualMs.toFixed(2)} ms`,
  });
}
