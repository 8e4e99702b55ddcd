import autocannon from 'autocannon';
import { ask, type Asked, hangUp } from './measure/ask.js';
import { latenciesOf, planOf, printLatency, type Latency } from './measure/latency.js';
import { median } from './measure/quantile.js';
import { type Comparison, record } from './measure/record.js';
import { type Ask, type System, type Systems, startSystems } from './read/systems.js';

/**
 * Rows over HTTP beside what people use instead: a point read, a list of 50 and a write, by the row API with every step of
 * the pipeline on, against four baselines on the same Postgres. All take turns; the median of the runs' ratios of throughput, in a closed
 * loop, is the result. How long each takes is measured in an open loop, at 30 % of its own throughput. `--full` takes a minute for each
 * of the five runs of that, an hour and a half in all; `--split` runs Tenantry's services as processes of their own, as in a deployment.
 */
const CONNECTIONS = 32;
/** The longest path is still being compiled, and becoming faster, after eight seconds. */
const WARM_UP_S = 25;
/** Systems take short turns, so that whatever else the machine does hits all of them alike. */
const TURN_S = 1;
const TURNS = 3;
const RUNS = 3;
/**
 * What a read by each baseline kept of the bare one's throughput when they were first built, undisturbed. One that keeps much
 * less here was held up by something else, and what is compared with it is void.
 */
const KNOWN_SHARE: Readonly<Record<Baseline, number>> = { bare: 1, guarded: 0.46, nest: 0.14, graphile: 0.18 };
/** The known share of the four round trips was without verifying a token. */
const LEAST_OF_KNOWN = 0.5;

const baselines = ['bare', 'guarded', 'nest', 'graphile'] as const;
type Baseline = (typeof baselines)[number];
type Work = 'read' | 'list' | 'write';
const WORKS: readonly Work[] = ['read', 'list', 'write'];
/** Named after the file, only those are done. */
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const works = WORKS.filter((work) => named.length === 0 || named.includes(work));
const plan = planOf(process.argv.includes('--full'));
const isSplit = process.argv.includes('--split');

const NO_TARGETS = { bare: null, guarded: null, nest: null, graphile: null };

/** Of writes nothing is promised: Tenantry's also record, announce and audit what changed, the baselines' do not. */
const TARGETS: Readonly<Record<Work, Readonly<Record<Baseline, number | null>>>> = {
  read: { bare: 0.4, guarded: 1, nest: 3, graphile: 2 },
  list: NO_TARGETS,
  write: NO_TARGETS,
};

const systemNames = ['tenantry', ...baselines] as const;
type SystemName = (typeof systemNames)[number];

interface Turn {
  readonly perSecond: number;
  readonly errors: number;
}

const sum = (turns: readonly Turn[], fact: keyof Turn): number => turns.reduce((all, turn) => all + turn[fact], 0);
const rate = (turns: readonly Turn[]): number => median(turns.map(({ perSecond }) => perSecond));

/** Several short turns as one. */
const together = (turns: readonly Turn[]): Turn => ({
  perSecond: sum(turns, 'perSecond') / turns.length,
  errors: sum(turns, 'errors'),
});

/** A request as a client sends it. */
function sent(
  { headers }: System,
  { body }: Ask,
): { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string } {
  if (!body) return { method: 'GET', headers };
  return { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The rows of an answer, whatever a system puts around them. */
function rowsOf(answer: unknown): unknown[] {
  const { data } = answer as { data?: { one?: unknown; many?: { nodes: unknown[] } } };
  return [data ? (data.many?.nodes ?? data.one) : answer].flat();
}

/** What is asked for in turn: a read is of one row in 200. */
function requestsOf(system: System, work: Work, ids: readonly string[]): Asked[] {
  const asks = work === 'read' ? ids.slice(0, 200).map((id) => system.read(id)) : [system[work]];
  return asks.map((one) => ({ url: one.url, ...sent(system, one) }));
}

async function measure(system: System, work: Work, ids: readonly string[], durationS: number): Promise<Turn> {
  const asked = requestsOf(system, work, ids);
  const url = new URL(asked[0]!.url).origin;
  const requests = asked.map(({ url: whole, ...rest }) => ({ path: whole.slice(url.length), ...rest }));
  const result = await autocannon({ url, requests, connections: CONNECTIONS, duration: durationS });
  return { perSecond: result.requests.average, errors: result.errors + result.non2xx };
}

/** One answer of each, so that nobody is measured doing less than the others. */
async function checkAlike(systems: Systems): Promise<void> {
  for (const system of systemNames.map((name) => systems[name])) {
    const rows = async (one: Ask): Promise<unknown[]> =>
      rowsOf(await (await fetch(one.url, sent(system, one) as RequestInit)).json());
    const [one] = (await rows(system.read(systems.ids[1]!))) as { amount?: number }[];
    if (one?.amount !== 1 || (await rows(system.list)).length !== 50)
      throw new Error(`${system.name} answers something else`);
  }
}

type Turns = Readonly<Record<SystemName, Turn[]>>;

const empty = (): Turns => ({ tenantry: [], bare: [], guarded: [], nest: [], graphile: [] });

/** Requests a second, in a closed loop, of all in turn. */
async function throughputs(work: Work, systems: Systems): Promise<Turns> {
  const of = (name: SystemName, durationS: number): Promise<Turn> =>
    measure(systems[name], work, systems.ids, durationS);
  await systems.signInAgain();
  for (const name of systemNames) await of(name, WARM_UP_S);
  const turns = empty();
  for (let run = 0; run < RUNS; run++) {
    const short = empty();
    for (let turn = 0; turn < TURNS; turn++) for (const name of systemNames) short[name].push(await of(name, TURN_S));
    for (const name of systemNames) turns[name].push(together(short[name]));
  }
  return turns;
}

/** How long a request takes when a system gets 30 % of what it can do; in the order of the names. */
function latencies(work: Work, systems: Systems, turns: Turns): Promise<Latency[]> {
  const ways = systemNames.map((name) => {
    const perId = (): Asked[] => requestsOf(systems[name], work, systems.ids);
    let asked = perId();
    const again = (i: number): Promise<void> => {
      if (i === 0) asked = perId(); // the token may be another
      return ask(asked[i % asked.length]!);
    };
    return { name: systems[name].name, capacityPerS: rate(turns[name]), work: again };
  });
  return latenciesOf(ways, plan, () => systems.signInAgain());
}

async function compareAt(work: Work, systems: Systems): Promise<Comparison[]> {
  const turns = await throughputs(work, systems);
  const [own, ...others] = await latencies(work, systems, turns);
  for (const [i, name] of systemNames.entries()) {
    const rates = turns[name].map(({ perSecond }) => Math.round(perSecond)).join(', ');
    const latency = printLatency([own!, ...others][i]!);
    console.log(`${work}, ${systems[name].name}: ${Math.round(rate(turns[name]))}/s (${rates}); ${latency}`);
  }
  return baselines.flatMap((name, i) => compareWith(name, work, { systems, turns, own: own!, other: others[i]! }));
}

interface Measured {
  readonly systems: Systems;
  readonly turns: Turns;
  readonly own: Latency;
  readonly other: Latency;
}

/** Throughput, with the times of Tenantry beside it, and the ratio of the times. */
function compareWith(name: Baseline, work: Work, { systems, turns, own, other }: Measured): Comparison[] {
  const baseline = systems[name].name;
  const share = rate(turns[name]) / rate(turns.bare);
  if (work === 'read' && share < LEAST_OF_KNOWN * KNOWN_SHARE[name])
    throw new Error(`void: ${baseline} kept ${share.toFixed(2)} of the bare one, not ${KNOWN_SHARE[name]}`);
  const runs = turns.tenantry.map((tenantry, i) => ({ tenantry, baseline: turns[name][i] }));
  const ratio = median(turns.tenantry.map(({ perSecond }, i) => perSecond / turns[name][i]!.perSecond));
  const target = TARGETS[work][name];
  const errors = sum(turns.tenantry, 'errors') + sum(turns[name], 'errors') + own.errors + other.errors;
  const met = errors === 0 && (target === null || ratio >= target);
  const shared = { baseline, unit: 'times', p50Ms: own.p50Ms, p99Ms: own.p99Ms, errors };
  const untargeted = { target: null, met: errors === 0 };
  return [
    { name: work, ratio, target, met, runs, ...shared },
    { name: `${work}, p50`, ratio: own.p50Ms / other.p50Ms, ...untargeted, runs: [own, other], ...shared },
    { name: `${work}, p99`, ratio: own.p99Ms / other.p99Ms, ...untargeted, runs: [own, other], ...shared },
  ];
}

await using stack = new AsyncDisposableStack();
const systems = await startSystems(stack, isSplit);
await checkAlike(systems);
const found: Comparison[] = [];
for (const work of works) found.push(...(await compareAt(work, systems)));
hangUp();
record(isSplit ? 'read-split' : 'read', found);
for (const { name, baseline, ratio, target, met, errors } of found) {
  const goal = target === null ? 'no target' : `target ${target.toFixed(2)}`;
  console.log(
    `${name} over ${baseline}: ${ratio.toFixed(2)} (${goal}${met ? '' : ', MISSED'})${errors > 0 ? `, ${errors} errors` : ''}`,
  );
}
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
