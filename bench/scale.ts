import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { latencyAtRate } from './budgets/measure.js';
import { PASSWORD, prepareTenant, send, signIn } from './instance/client.js';
import { takePlace, takePostgres } from './instance/place.js';
import { run } from './instance/program.js';
import { median, quantile } from './measure/quantile.js';
import { type Comparison, record } from './measure/record.js';

/**
 * What many tenants cost: tenants provisioned a second, from the request to active, in tenths so that a slowing-down shows;
 * then the p99 of reads, writes, lists and sign-ins spread over some of them, with ten tenants there and with all; the memory
 * that they take; how long a column takes to reach all of them, and the next start. `--tenants 10000 --schema-tenants 500` is the long form.
 */
const { values: options } = parseArgs({
  options: { tenants: { type: 'string', default: '500' }, 'schema-tenants': { type: 'string', default: '30' } },
});
const TENANTS = Number(options.tenants);
const SCHEMA_TENANTS = Number(options['schema-tenants']);
const FEW = 10;
const SAMPLED = 50;
/** Of one caller a gateway has eight answered at a time. */
const IN_FLIGHT = 8;
const PARTS = 10;
const TURN_MS = 3_000;
const RUNS = 3;
const RATES_PER_S = { read: 200, write: 50, list: 100, 'sign-in': 20 } as const;
const TARGETS = { poolPerSecond: 50, p99: 1.25 } as const;

const POLL_MS = 20;
const READY = /ready\s+(http\S+)/;
const program = join(import.meta.dirname, '../scripts/start.ts');

type Work = keyof typeof RATES_PER_S;
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
    await send('PUT', `${gateway}/v1/tenants/${id}/rate-limit`, admin, { ratePerS: 100_000, burst: 1_000_000 });
    await send('POST', `${gateway}/rest/v1/things`, token, rows);
    tenants.push({ token, email: `owner@sampled${i}.example` });
  }
  return tenants;
}

async function signedInAgain(gateway: string, tenants: readonly Tenant[]): Promise<Tenant[]> {
  const again: Tenant[] = [];
  for (const { email } of tenants) again.push({ email, token: await signIn(gateway, email) });
  return again;
}

function callOf(work: Work, gateway: string, { token, email }: Tenant): Promise<unknown> {
  if (work === 'read') return send('GET', `${gateway}/v1/tenant`, token);
  if (work === 'write') return send('POST', `${gateway}/rest/v1/things`, token, { name: 'one more' });
  if (work === 'list') return send('GET', `${gateway}/rest/v1/things?limit=50`, token);
  return send('POST', `${gateway}/v1/auth/login`, null, { email, password: PASSWORD });
}

type Latency = Record<Work, { p50Ms: number; p99Ms: number; runs: number[] }>;

/** At a fixed rate over the tenants in turn; the median of the runs. */
async function latencyOver(gateway: string, tenants: readonly Tenant[]): Promise<Latency> {
  const of = async (work: Work): Promise<Latency[Work]> => {
    const measure = (durationMs: number): Promise<number[]> =>
      latencyAtRate(RATES_PER_S[work], durationMs, async (i, mark) => {
        await callOf(work, gateway, tenants[i % tenants.length]!);
        mark();
      });
    await measure(TURN_MS / 2);
    const turns: number[][] = [];
    for (let turn = 0; turn < RUNS; turn++) turns.push(await measure(TURN_MS));
    const runs = turns.map((latencies) => quantile(latencies, 0.99));
    return { p50Ms: median(turns.map((latencies) => quantile(latencies, 0.5))), p99Ms: median(runs), runs };
  };
  return { read: await of('read'), write: await of('write'), list: await of('list'), 'sign-in': await of('sign-in') };
}

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

function compareLatency(work: Work, few: Latency[Work], many: Latency[Work], count: number): Comparison {
  const ratio = many.p99Ms / few.p99Ms;
  const met = ratio <= TARGETS.p99;
  console.log(
    `${work}: p99 ${few.p99Ms.toFixed(1)} ms at ${FEW} tenants, ${many.p99Ms.toFixed(1)} ms at ${count}, ${ratio.toFixed(2)} times ` +
      `(target ${TARGETS.p99}${met ? '' : ', MISSED'}); p50 ${few.p50Ms.toFixed(1)}, ${many.p50Ms.toFixed(1)} ms`,
  );
  const facts = { unit: 'times', target: TARGETS.p99, met, errors: 0, runs: [few, many] };
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
  await latencyOver(gateway, first); // until code is compiled and plans are settled, few would look slower than many
  const few = await latencyOver(gateway, first);
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
  const sampled = [...(await signedInAgain(gateway, first)), ...(await sample(gateway, later, FEW, SAMPLED))];
  const many = await latencyOver(gateway, sampled);
  const count = TENANTS + SCHEMA_TENANTS + SAMPLED;
  for (const work of Object.keys(RATES_PER_S) as Work[]) found.push(compareLatency(work, few[work], many[work], count));
  const mbPerThousand = (grownMb * 1_000) / (TENANTS + SCHEMA_TENANTS);
  found.push(
    figure(`memory, ${Math.round(beforeMb)} MB before, garbage included`, mbPerThousand, 'MB per 1,000 tenants'),
  );
  found.push(figure(`a column for ${count} tenants`, await rollOut(gateway, later), 'ms'));
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
record('scale', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
