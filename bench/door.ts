import { parseArgs } from 'node:util';
import { type ServiceSchema, migrate } from '@tenantry/database';
import { addTenants, type Tenant } from './door/tenants.js';
import { CONNECTIONS, openWays, type Way } from './door/ways.js';
import { takeFolder, takePostgres } from './instance/place.js';
import { latenciesOf, planOf, printLatency, type Latency } from './measure/latency.js';
import { perSecond } from './measure/load.js';
import { median } from './measure/quantile.js';
import { type Comparison, record } from './measure/record.js';

/**
 * What the door to a tenant's rows costs: a point read through it, against the same prepared read by bare `pg` from a
 * table without row-level security, and what people use instead. Same process, same server, taking turns; the medians' ratio is
 * the result; then how long a read takes by each way at 30 % of what it can do. `--tenants 1,100,10000 --full` is the long form: ten
 * thousand schemas take some minutes to make, and latencies a minute a run.
 */
const { values: options } = parseArgs({
  options: { tenants: { type: 'string', default: '1,100' }, full: { type: 'boolean', default: false } },
});
const COUNTS = options.tenants.split(',').map(Number);
/** As many reads at once as connections: it is the door that is measured, not the wait for one. */
const IN_FLIGHT = CONNECTIONS;
const RUNS = 3;
/** Variants take short turns, so that whatever else the machine does hits all of them alike. */
const TURN_MS = 100;
const TURNS = 20;
/** Postgres settles on a plan at a statement's sixth use, and each connection has its own statements for each tenant. */
const WARM_UP_READS = 12 * CONNECTIONS;
/** More tenants than a connection keeps statements for never settle. */
const MAX_WARM_UP_READS = 30_000;

const SHOP: ServiceSchema = {
  name: 'shop',
  migrations: new URL('door/', import.meta.url),
  jobs: [],
  password: 'bench',
};

async function warmUp(way: Way, reads: number): Promise<void> {
  let read = 0;
  const reader = async (): Promise<void> => {
    while (read < reads) await way.read(read++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, reader));
}

/** Reads a second, by each way, in each run. */
async function compare(ways: readonly Way[], tenants: number): Promise<ReadonlyMap<Way, readonly number[]>> {
  const results = new Map(ways.map((way) => [way, [] as number[]]));
  const warmUpReads = Math.min(tenants * WARM_UP_READS, MAX_WARM_UP_READS);
  for (const way of ways) await warmUp(way, warmUpReads);
  for (let run = 0; run < RUNS; run++) {
    const sums = new Map(ways.map((way) => [way, 0]));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const way of ways) sums.set(way, sums.get(way)! + (await perSecond(way.read, IN_FLIGHT, TURN_MS)));
    }
    for (const way of ways) results.get(way)!.push(sums.get(way)! / TURNS);
  }
  return results;
}

type Found = Pick<Comparison, 'name' | 'baseline' | 'ratio' | 'target' | 'met' | 'p50Ms' | 'p99Ms' | 'errors' | 'runs'>;

/** How long a read takes, by each way; in the order of the ways. */
function latencyOf(results: ReadonlyMap<Way, readonly number[]>): Promise<Latency[]> {
  const ways = [...results].map(([{ name, read }, runs]) => ({ name, capacityPerS: median(runs), work: read }));
  return latenciesOf(ways, planOf(options.full));
}

function judge(results: ReadonlyMap<Way, readonly number[]>, latencies: readonly Latency[], tenants: number): Found[] {
  const [bare, ...others] = [...results].map(([way, runs], i) => ({ way, runs, latency: latencies[i]! }));
  const base = median(bare!.runs);
  const baseline = bare!.way.name;
  console.log(`${tenants} tenants; ${baseline}: ${Math.round(base)} reads/s; ${printLatency(bare!.latency)}`);
  return others.flatMap(({ way, runs, latency }) => {
    const { p50Ms, p99Ms, errors } = latency;
    const ratio = median(runs) / base;
    const target = way.target(tenants);
    const met = errors === 0 && (target === null || ratio >= target);
    const goal = target === null ? '' : ` (target ${target.toFixed(2)}${met ? '' : ', MISSED'})`;
    const rate = `${Math.round(median(runs))} reads/s`;
    console.log(`  ${way.name}: ${ratio.toFixed(2)}${goal}, ${rate}; ${printLatency(latency)}`);
    const shared = { baseline, p50Ms, p99Ms, errors };
    const name = `${way.name}, ${tenants} tenants`;
    return [
      { name, ratio, target, met, runs, ...shared },
      {
        name: `${name}, p99`,
        ratio: p99Ms / bare!.latency.p99Ms,
        target: null,
        met: true,
        runs: latency.runs,
        ...shared,
      },
    ];
  });
}

await using stack = new AsyncDisposableStack();
const { url } = await takePostgres(stack, takeFolder(stack));
await migrate(url, [SHOP]);
const login = new URL(url);
[login.username, login.password] = [`${SHOP.name}_service`, SHOP.password];
const tenants: Tenant[] = [];
const found: Found[] = [];
for (const count of COUNTS) {
  tenants.push(...(await addTenants(url, tenants.length, count)));
  // Other counts of tenants have left other plans and caches on the sessions.
  await using opened = new AsyncDisposableStack();
  const ways = await openWays(opened, login.href, (i) => tenants[i % count]!);
  const results = await compare(ways, count);
  found.push(...judge(results, await latencyOf(results), count));
}
record('door', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
