import autocannon from 'autocannon';
import { quantile } from './measure/quantile.js';
import { type Comparison, record } from './measure/record.js';
import { type Ask, type System, type Systems, startSystems } from './read/systems.js';

/**
 * Rows over HTTP beside what people use instead: a point read, a list of 50 and a write, by the row API with every step of
 * the pipeline on, against four baselines on the same Postgres. All take turns; the median of the runs' ratios is the result.
 */
const CONNECTIONS = 32;
/** The longest path is still being compiled after three seconds. */
const WARM_UP_S = 8;
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
const works = WORKS.filter((work) => process.argv.length < 3 || process.argv.includes(work));

const NO_TARGETS = { bare: null, guarded: null, nest: null, graphile: null };

/** Of writes nothing is promised: Tenantry's also record, announce and audit what changed, the baselines' do not. */
const TARGETS: Readonly<Record<Work, Readonly<Record<Baseline, number | null>>>> = {
  read: { bare: 0.4, guarded: 1, nest: 3, graphile: 2 },
  list: NO_TARGETS,
  write: NO_TARGETS,
};

interface Turn {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

const middle = (turns: readonly Turn[], fact: keyof Turn): number =>
  quantile(
    turns.map((turn) => turn[fact]),
    0.5,
  );

/** Several short turns as one. */
const together = (turns: readonly Turn[]): Turn => ({
  perSecond: turns.reduce((sum, { perSecond }) => sum + perSecond, 0) / turns.length,
  p50Ms: middle(turns, 'p50Ms'),
  p99Ms: middle(turns, 'p99Ms'),
  errors: turns.reduce((sum, { errors }) => sum + errors, 0),
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

async function measure(system: System, work: Work, ids: readonly string[], durationS: number): Promise<Turn> {
  const asks = work === 'read' ? ids.slice(0, 200).map((id) => system.read(id)) : [system[work]];
  const requests = asks.map((ask) => ({ path: ask.url.slice(new URL(ask.url).origin.length), ...sent(system, ask) }));
  const url = new URL(asks[0]!.url).origin;
  const result = await autocannon({ url, requests, connections: CONNECTIONS, duration: durationS });
  const { p50: p50Ms, p99: p99Ms } = result.latency;
  return { perSecond: result.requests.average, p50Ms, p99Ms, errors: result.errors + result.non2xx };
}

/** One answer of each, so that nobody is measured doing less than the others. */
async function checkAlike({ ids, ...systems }: Systems): Promise<void> {
  for (const system of Object.values(systems)) {
    const rows = async (ask: Ask): Promise<unknown[]> =>
      rowsOf(await (await fetch(ask.url, sent(system, ask) as RequestInit)).json());
    const [one] = (await rows(system.read(ids[1]!))) as { amount?: number }[];
    if (one?.amount !== 1 || (await rows(system.list)).length !== 50)
      throw new Error(`${system.name} answers something else`);
  }
}

async function compareAt(work: Work, { ids, ...systems }: Systems): Promise<Comparison[]> {
  const all = ['tenantry', ...baselines] as const;
  for (const name of all) await measure(systems[name], work, ids, WARM_UP_S);
  const empty = (): Record<(typeof all)[number], Turn[]> => ({
    tenantry: [],
    bare: [],
    guarded: [],
    nest: [],
    graphile: [],
  });
  const turns = empty();
  for (let run = 0; run < RUNS; run++) {
    const short = empty();
    for (let turn = 0; turn < TURNS; turn++) {
      for (const name of all) short[name].push(await measure(systems[name], work, ids, TURN_S));
    }
    for (const name of all) turns[name].push(together(short[name]));
  }
  const of = (name: (typeof all)[number], fact: keyof Turn): number => middle(turns[name], fact);
  for (const name of all) {
    const rates = turns[name].map(({ perSecond }) => Math.round(perSecond));
    const latency = `p50 ${of(name, 'p50Ms')} ms, p99 ${of(name, 'p99Ms')} ms`;
    console.log(
      `${work}, ${systems[name].name}: ${Math.round(of(name, 'perSecond'))}/s (${rates.join(', ')}), ${latency}`,
    );
  }
  return baselines.map((name) => {
    const ratios = turns.tenantry.map(({ perSecond }, i) => perSecond / turns[name][i]!.perSecond);
    const ratio = quantile(ratios, 0.5);
    const target = TARGETS[work][name];
    const errors = [...turns.tenantry, ...turns[name]].reduce((sum, turn) => sum + turn.errors, 0);
    const latency = { p50Ms: of('tenantry', 'p50Ms'), p99Ms: of('tenantry', 'p99Ms') };
    const share = of(name, 'perSecond') / of('bare', 'perSecond');
    if (work === 'read' && share < LEAST_OF_KNOWN * KNOWN_SHARE[name])
      throw new Error(`void: ${systems[name].name} kept ${share.toFixed(2)} of the bare one, not ${KNOWN_SHARE[name]}`);
    const met = errors === 0 && (target === null || ratio >= target);
    const runs = turns.tenantry.map((tenantry, i) => ({ tenantry, baseline: turns[name][i] }));
    return { name: work, baseline: systems[name].name, ratio, unit: 'times', target, met, ...latency, errors, runs };
  });
}

await using stack = new AsyncDisposableStack();
const systems = await startSystems(stack);
await checkAlike(systems);
const found: Comparison[] = [];
for (const work of works) found.push(...(await compareAt(work, systems)));
record('read', found);
for (const { name, baseline, ratio, target, met, errors } of found) {
  const goal = target === null ? 'no target' : `target ${target.toFixed(2)}`;
  console.log(
    `${name} over ${baseline}: ${ratio.toFixed(2)} (${goal}${met ? '' : ', MISSED'})${errors > 0 ? `, ${errors} errors` : ''}`,
  );
}
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
