import { operations, type Operation } from '@tenantry/contracts';
import type { Caller } from '../client/caller.js';
import type { Request } from '../client/client.js';
import { prepare, spent, type HttpRun } from '../http/attack-http.js';
import { foreignIds } from '../http/attack-operation.js';
import { randomIds } from '../inputs/form.js';
import type { Pair } from '../world/tenant.js';

/** What the measuring of times works with. */
export interface TimingRun extends Pick<HttpRun, 'client' | 'world' | 'workshop' | 'forms' | 'findings' | 'only'> {
  readonly progress: (text: string) => void;
  /** How many pairs of requests are compared. */
  readonly pairs: number;
}

const WARM_UP = 50;
const MAX_DIFFERENCE = 0.05;

/** Two requests whose answers are the same, and should take the same time. */
interface Twins {
  readonly subject: string;
  readonly caller: Caller;
  readonly other: Request;
  readonly random: Request;
}

/**
 * Asks for another tenant's things and for random ones in turns, in changing order, by every operation that names things, one
 * after the other; and compares the median of each pair's difference, because what disturbs the machine disturbs both alike.
 */
export async function measureTimes(run: TimingRun): Promise<void> {
  const named = operations.filter(
    ({ http, scope, name }) => http !== null && scope !== 'platform' && !spent.has(name) && run.only.test(name),
  );
  for (const operation of named) {
    for (const pair of run.world.pairs)
      for (const twins of await twinsOf(run, operation, pair)) await measure(run, twins);
  }
}

async function twinsOf(run: TimingRun, operation: Operation, pair: Pair): Promise<Twins[]> {
  const prepared = await prepare(run, operation, pair);
  return prepared.flatMap(({ own, other }) => {
    const foreign = foreignIds(own, other);
    if (!foreign) return [];
    const subject = `${operation.name} (${pair.mode})${own.label ? `, ${own.label}` : ''}`;
    const naming = (ids: typeof foreign): Request => own.request({ ...own.ids, ...ids });
    return [{ subject, caller: own.caller, other: naming(foreign), random: naming(randomIds(foreign)) }];
  });
}

async function measure({ client, findings, progress, pairs }: TimingRun, twins: Twins): Promise<void> {
  const { subject, caller, other, random } = twins;
  const time = async (request: Request): Promise<number> => {
    const startedMs = performance.now();
    await client.send(caller, request);
    return performance.now() - startedMs;
  };
  const differences: number[] = [];
  const usual: number[] = [];
  for (let round = 0; round < pairs + WARM_UP; round += 1) {
    if (round % 100 === 0) progress(`${subject}: ${round} of ${pairs}`);
    const isEven = round % 2 === 0;
    const first = await time(isEven ? other : random);
    const second = await time(isEven ? random : other);
    if (round < WARM_UP) continue;
    differences.push(isEven ? first - second : second - first);
    usual.push(isEven ? second : first);
  }
  const share = median(differences) / median(usual);
  findings.record({
    ...{ section: 'timing', subject, attack: `other tenant's and random ids, ${pairs} pairs in turns` },
    held: Math.abs(share) <= MAX_DIFFERENCE,
    expected: `a difference of at most ${MAX_DIFFERENCE * 100} %`,
    seen: `${(share * 100).toFixed(1)} % of ${median(usual).toFixed(2)} ms`,
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? 0;
}
