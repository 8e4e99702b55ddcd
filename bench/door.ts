import { parseArgs } from 'node:util';
import { type ServiceSchema, migrate } from '@tenantry/database';
import { addTenants, type Tenant } from './door/tenants.js';
import { CONNECTIONS, openWays, type Way } from './door/ways.js';
import { takeFolder, takePostgres } from './instance/place.js';
import { median } from './measure/quantile.js';
import { type Comparison, record } from './measure/record.js';

/**
 * What the door to a tenant's rows costs: a point read through it, against the same prepared read by bare `pg` from a
 * table without row-level security, and what people use instead. Same process, same server, taking turns; the medians' ratio is
 * the result. `--tenants 1,100,10000` is the long form: ten thousand schemas take some minutes to make.
 */
const { values: options } = parseArgs({ options: { tenants: { type: 'string', default: '1,100' } } });
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

/** Reads, so many at a time, while `goesOn` says so; answers reads a second. */
async function measure(way: Way, goesOn: (reads: number, elapsedMs: number) => boolean): Promise<number> {
  const startedAtMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedAtMs;
  let reads = 0;
  const reader = async (): Promise<void> => {
    while (goesOn(reads, elapsedMs())) {
      await way.read(reads++);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, reader));
  return (reads / elapsedMs()) * 1_000;
}

/** Reads a second, by each way, in each run. */
async function compare(ways: readonly Way[], tenants: number): Promise<ReadonlyMap<Way, readonly number[]>> {
  const results = new Map(ways.map((way) => [way, [] as number[]]));
  const warmUpReads = Math.min(tenants * WARM_UP_READS, MAX_WARM_UP_READS);
  for (const way of ways) await measure(way, (reads) => reads < warmUpReads);
  for (let run = 0; run < RUNS; run++) {
    const sums = new Map(ways.map((way) => [way, 0]));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const way of ways)
        sums.set(way, sums.get(way)! + (await measure(way, (_, elapsedMs) => elapsedMs < TURN_MS)));
    }
    for (const way of ways) results.get(way)!.push(sums.get(way)! / TURNS);
  }
  return results;
}

type Found = Pick<Comparison, 'name' | 'baseline' | 'ratio' | 'target' | 'met' | 'runs'>;

function judge(results: ReadonlyMap<Way, readonly number[]>, tenants: number): Found[] {
  const [bare] = results.keys();
  const base = median(results.get(bare!)!);
  console.log(`${tenants} tenants; ${bare!.name}: ${Math.round(base)} reads/s`);
  return [...results].slice(1).map(([way, runs]) => {
    const ratio = median(runs) / base;
    const target = way.target(tenants);
    const met = target === null || ratio >= target;
    const goal = target === null ? '' : ` (target ${target.toFixed(2)}${met ? '' : ', MISSED'})`;
    console.log(`  ${way.name}: ${ratio.toFixed(2)}${goal}, ${Math.round(median(runs))} reads/s`);
    return { name: `${way.name}, ${tenants} tenants`, baseline: bare!.name, ratio, target, met, runs };
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
  found.push(...judge(await compare(ways, count), count));
}
record('door', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
