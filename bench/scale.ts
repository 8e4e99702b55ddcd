import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { limitTenant, ownerOf, PASSWORD, prepareTenant, send, signIn } from './instance/client.js';
import { takePlace, takePostgres } from './instance/place.js';
import { run } from './instance/program.js';
import { ask, hangUp, type Asked } from './measure/ask.js';
import { latenciesOf, planOf, printLatency, type Latency } from './measure/latency.js';
import { perSecond } from './measure/load.js';
import { type Comparison, record } from './measure/record.js';

/**
 * What many tenants cost: tenants provisioned a second, from the request to active, in tenths so that a slowing-down shows;
 * then the p99 of reads, writes, lists and sign-ins spread over some of them, with ten tenants there and with all, at 30 % of what ten do
 * alone; the memory that they take; how long a column takes to reach all of them, and the next start. `--tenants 10000 --schema-tenants 500`
 * is the long form; `--full` measures latencies for a minute a run.
 */
const { values: options } = parseArgs({
  options: {
    tenants: { type: 'string', default: '500' },
    'schema-tenants': { type: 'string', default: '30' },
    full: { type: 'boolean', default: false },
  },
});
const TENANTS = Number(options.tenants);
const SCHEMA_TENANTS = Number(options['schema-tenants']);
const FEW = 10;
const SAMPLED = 50;
/** Of one caller a gateway has eight answered at a time. */
const IN_FLIGHT = 8;
const PARTS = 10;
/** What is found in a closed loop is what it can do; the first seconds are of code that is not compiled yet. */
const [WARM_UP_MS, CAPACITY_MS] = [5_000, 3_000];
const ASKING_AT_ONCE = 16;
const plan = planOf(options.full);
const TARGETS = { poolPerSecond: 50, p99: 1.25 } as const;

const POLL_MS = 20;
const READY = /ready\s+(http\S+)/;
const program = join(import.meta.dirname, '../scripts/start.ts');

const WORKS = ['read', 'write', 'list', 'sign-in'] as const;
type Work = (typeof WORKS)[number];
type Isolation = 'pool' | 'schema';

interface Tenant {
  readonly token: string;
  readonly email: string;
}

const residentMb = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;

/** Creates tenants, so many at a time; answers how many a second in each part of them. Owners choose their password later. */
async function provision(gateway: string, isolation: Isolation, count: number): Promise<number[]> {
  const rates: number[] = [];
  let made = 0;
  for (let part = 1; part <= PARTS; part++) {
    const [from, until] = [made, Math.round((count * part) / PARTS)];
    const admin = await signIn(gateway); // ten thousand tenants take longer than a token lives
    const startedAtMs = performance.now();
    const worker = async (): Promise<void> => {
      while (made < until) {
        const slug = `${isolation}${made++}`;
        const facts = { slug, name: slug, isolation, ownerEmail: `owner@${slug}.example` };
        const { status } = await send<{ status: string }>('POST', `${gateway}/v1/tenants`, admin, facts);
        if (status !== 'active') throw new Error(`${slug} is ${status} after ten seconds`);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    rates.push(((until - from) * 1_000) / (performance.now() - startedAtMs));
  }
  return rates;
}

/** Tenants whose owners sign in, with rows to read. */
async function sample(gateway: string, admin: string, from: number, until: number): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  const rows = Array.from({ length: 100 }, (_, i) => ({ name: `thing ${i}` }));
  for (let i = from; i < until; i++) {
    const { id, token } = await prepareTenant(gateway, admin, `sampled${i}`, 'pool');
    await limitTenant(gateway, admin, id);
    await send('POST', `${gateway}/rest/v1/things`, token, rows);
    tenants.push({ token, email: ownerOf(`sampled${i}`) });
  }
  return tenants;
}

async function signedInAgain(gateway: string, tenants: readonly Tenant[]): Promise<Tenant[]> {
  const again: Tenant[] = [];
  for (const { email } of tenants) again.push({ email, token: await signIn(gateway, email) });
  return again;
}

function askedOf(work: Work, gateway: string, { token, email }: Tenant): Asked {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const things = `${gateway}/rest/v1/things`;
  if (work === 'read') return { method: 'GET', url: `${gateway}/v1/tenant`, headers };
  if (work === 'write') return { method: 'POST', url: things, headers, body: JSON.stringify({ name: 'one more' }) };
  if (work === 'list') return { method: 'GET', url: `${things}?limit=50`, headers };
  const body = JSON.stringify({ email, password: PASSWORD });
  return { method: 'POST', url: `${gateway}/v1/auth/login`, headers: { 'content-type': 'application/json' }, body };
}

type Rates = Readonly<Record<Work, number>>;
type Latencies = Readonly<Record<Work, Latency>>;
type Tenants = readonly Tenant[];

const doing = (work: Work, gateway: string, tenants: Tenants) => (i: number) =>
  ask(askedOf(work, gateway, tenants[i % tenants.length]!));

async function each<T>(of: (work: Work) => Promise<T>): Promise<Readonly<Record<Work, T>>> {
  const found: [Work, T][] = [];
  for (const work of WORKS) found.push([work, await of(work)]);
  return Object.fromEntries(found) as Record<Work, T>;
}

/** How much of each a second, as fast as it goes. */
const capacitiesOf = (gateway: string, tenants: Tenants): Promise<Rates> =>
  each(async (work) => {
    await perSecond(doing(work, gateway, tenants), ASKING_AT_ONCE, WARM_UP_MS);
    return perSecond(doing(work, gateway, tenants), ASKING_AT_ONCE, CAPACITY_MS);
  });

/** At 30 % of those rates over the tenants in turn. Tokens live for ten minutes, the longest runs of one kind five. */
const latenciesOver = (gateway: string, tenants: Tenants, capacities: Rates): Promise<Latencies> =>
  each(async (work) => {
    const now = await signedInAgain(gateway, tenants);
    const way = { name: work, capacityPerS: capacities[work], work: doing(work, gateway, now) };
    return (await latenciesOf([way], plan))[0]!;
  });

function compareRates(isolation: Isolation, count: number, rates: number[], seconds: number): Comparison {
  const perSecond = count / seconds;
  const growth = rates[0]! / rates.at(-1)!;
  const target = isolation === 'pool' ? TARGETS.poolPerSecond : null;
  const met = target === null || perSecond >= target;
  console.log(
    `${count} ${isolation} tenants: ${perSecond.toFixed(1)}/s${target === null ? '' : ` (target ${target}${met ? '' : ', MISSED'})`}; ` +
      `the last tenth took ${growth.toFixed(2)} times as long as the first; ${rates.map(Math.round).join(', ')}/s`,
  );
  const facts = { baseline: null, unit: 'tenants/s', target, met, p50Ms: null, p99Ms: null, errors: 0, runs: rates };
  return { name: `${isolation} tenants provisioned`, ratio: perSecond, ...facts };
}

function compareLatency(work: Work, few: Latency, many: Latency, count: number): Comparison {
  const ratio = many.p99Ms / few.p99Ms;
  const errors = few.errors + many.errors;
  const met = errors === 0 && ratio <= TARGETS.p99;
  console.log(
    `${work}: p99 ${ratio.toFixed(2)} times (target ${TARGETS.p99}${met ? '' : ', MISSED'}); ` +
      `${FEW} tenants ${printLatency(few)}; ${count} ${printLatency(many)}`,
  );
  const facts = { unit: 'times', target: TARGETS.p99, met, errors, runs: [few, many] };
  return { name: work, baseline: `${FEW} tenants`, ratio, p50Ms: many.p50Ms, p99Ms: many.p99Ms, ...facts };
}

/** Adds a column to the table that all tenants have; the schemas follow one after the other. */
async function rollOut(gateway: string, admin: string): Promise<number> {
  const startedAtMs = performance.now();
  const column = { name: 'remark', type: 'text' };
  const path = `${gateway}/v1/product-tables/things/columns`;
  let { change } = await send<{ change: Change }>('POST', path, admin, column);
  while (change.state === 'running') {
    await pause(POLL_MS);
    change = await send<Change>('GET', `${gateway}/v1/product-changes/${change.version}`, admin);
  }
  if (change.failures.length > 0) throw new Error(`${change.failures.length} tenants did not get the column`);
  return performance.now() - startedAtMs;
}

interface Change {
  readonly version: string;
  readonly state: 'running' | 'done';
  readonly failures: readonly unknown[];
}

/** A figure that stands for itself. */
function figure(name: string, ratio: number, unit: string): Comparison {
  console.log(`${name}: ${ratio.toFixed(1)} ${unit}`);
  return { name, ratio, unit, baseline: null, target: null, met: true, p50Ms: null, p99Ms: null, errors: 0, runs: [] };
}

async function measure(stack: AsyncDisposableStack): Promise<Comparison[]> {
  const place = await takePlace(stack);
  const postgres = await takePostgres(stack, place.directory);
  const unlimited = {
    SIGN_IN_RATE_PER_S: '1000000',
    SIGN_IN_BURST: '1000000',
    MAIL_OUTBOX_DIR: join(place.directory, 'outbox'),
  };
  const settings = { ...place.settings, ...unlimited, DATABASE_URL: postgres.url };
  const started = await run(program, settings, READY);
  stack.defer(() => started.stop());
  const gateway = started.address;
  const admin = await signIn(gateway);
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'name', type: 'text', nullable: false },
  ];
  await send('POST', `${gateway}/v1/product-tables`, admin, { name: 'things', columns });
  const first = await sample(gateway, admin, 0, FEW);
  const capacities = await capacitiesOf(gateway, first);
  const few = await latenciesOver(gateway, first, capacities);
  const found: Comparison[] = [];
  const beforeMb = residentMb(started.pid);
  for (const [isolation, count] of [
    ['pool', TENANTS],
    ['schema', SCHEMA_TENANTS],
  ] as const) {
    const startedAtMs = performance.now();
    const rates = await provision(gateway, isolation, count);
    found.push(compareRates(isolation, count, rates, (performance.now() - startedAtMs) / 1_000));
  }
  const grownMb = residentMb(started.pid) - beforeMb;
  const later = await signIn(gateway);
  const sampled = [...first, ...(await sample(gateway, later, FEW, SAMPLED))];
  const many = await latenciesOver(gateway, sampled, capacities);
  const count = TENANTS + SCHEMA_TENANTS + SAMPLED;
  for (const work of WORKS) found.push(compareLatency(work, few[work], many[work], count));
  const mbPerThousand = (grownMb * 1_000) / (TENANTS + SCHEMA_TENANTS);
  found.push(
    figure(`memory, ${Math.round(beforeMb)} MB before, garbage included`, mbPerThousand, 'MB per 1,000 tenants'),
  );
  found.push(figure(`a column for ${count} tenants`, await rollOut(gateway, await signIn(gateway)), 'ms'));
  await started.stop();
  const stoppedAtMs = performance.now();
  const again = await run(program, settings, READY);
  stack.defer(() => again.stop());
  found.push(figure(`the next start, with ${count} tenants`, performance.now() - stoppedAtMs, 'ms'));
  found.push(figure('resident after it', residentMb(again.pid), 'MB'));
  return found;
}

await using stack = new AsyncDisposableStack();
const found = await measure(stack);
hangUp();
record('scale', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
