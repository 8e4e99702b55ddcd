import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { limitTenant, prepareTenant, signIn } from './instance/client.js';
import { takePlace, takePostgres } from './instance/place.js';
import { run } from './instance/program.js';
import { record } from './measure/record.js';
import { quantile } from './measure/quantile.js';

/**
 * What everything around a read costs: gateway, NATS, service and row-level security with every step of the pipeline on and
 * one request in twenty traced, against a bare Fastify with `pg` on the same Postgres. The two take turns of a second;
 * the ratio of their least disturbed turns is the result.
 */
const TARGET = 0.4;
const CONNECTIONS = 32;
const WARM_UP_S = 3;
const TURN_S = 1;
const TURNS = 20;
/** Pauses of the machine only ever slow a turn down, so the least disturbed turns tell what the programs can do. */
const UNDISTURBED = 0.9;

/** The least disturbed turns have the most requests and the shortest p99. */
const quantiles = { perSecond: UNDISTURBED, p99Ms: 1 - UNDISTURBED } as const;

interface Load {
  readonly url: string;
  readonly headers: Record<string, string>;
}

interface Result {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** A collector that takes every span and keeps none: the cost of exporting is part of what is measured. */
async function startCollector(stack: AsyncDisposableStack): Promise<string> {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{}'))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function measure({ url, headers }: Load, durationS: number): Promise<Result> {
  const { requests, latency, non2xx, errors } = await autocannon({
    url,
    headers,
    connections: CONNECTIONS,
    duration: durationS,
  });
  if (non2xx > 0 || errors > 0) throw new Error(`${url}: ${non2xx} refusals and ${errors} errors`);
  return { perSecond: requests.average, p99Ms: latency.p99 };
}

async function compare(stack: AsyncDisposableStack): Promise<boolean> {
  const place = await takePlace(stack);
  const postgres = await takePostgres(stack, place.directory);
  const settings = {
    ...place.settings,
    DATABASE_URL: postgres.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: await startCollector(stack),
    TRACE_RATIO: '0.05',
  };
  const started = await run(join(import.meta.dirname, '../scripts/start.ts'), settings, /ready\s+(http\S+)/);
  stack.defer(() => started.stop());
  const baseline = join(import.meta.dirname, 'baselines/bare-fastify-pg.ts');
  const bareServer = await run(baseline, { DATABASE_URL: postgres.url }, /^(http\S+)$/);
  stack.defer(() => bareServer.stop());
  const [gateway, bare] = [started.address, bareServer.address];
  const admin = await signIn(gateway);
  const { id, token } = await prepareTenant(gateway, admin, 'bench', 'pool');
  await limitTenant(gateway, admin, id);
  const loads: Record<'bare' | 'tenantry', Load> = {
    bare: { url: `${bare}/tenants/${id}`, headers: {} },
    tenantry: { url: `${gateway}/v1/tenant`, headers: { authorization: `Bearer ${token}` } },
  };
  for (const load of Object.values(loads)) await measure(load, WARM_UP_S);
  const results = { bare: [] as Result[], tenantry: [] as Result[] };
  for (let turn = 0; turn < TURNS; turn++) {
    results.bare.push(await measure(loads.bare, TURN_S));
    results.tenantry.push(await measure(loads.tenantry, TURN_S));
  }
  return report(results);
}

function report(results: Record<'bare' | 'tenantry', readonly Result[]>): boolean {
  const of = (name: 'bare' | 'tenantry', fact: keyof Result): number =>
    quantile(
      results[name].map((result) => result[fact]),
      quantiles[fact],
    );
  const ratio = of('tenantry', 'perSecond') / of('bare', 'perSecond');
  const held = ratio >= TARGET;
  const facts = { baseline: 'bare Fastify and pg', target: TARGET, met: held, p99Ms: of('tenantry', 'p99Ms') };
  record('gateway', [{ name: 'a point read over HTTP', ratio, ...facts, runs: [results] }]);
  const line = (name: 'bare' | 'tenantry'): string =>
    `${Math.round(of(name, 'perSecond'))} requests/s, p99 ${of(name, 'p99Ms')} ms`;
  console.log(`bare Fastify and pg, no tenancy: ${line('bare')}`);
  console.log(
    `gateway, NATS, service, row-level security: ${ratio.toFixed(2)} (target ${TARGET.toFixed(2)}${held ? '' : ', MISSED'}), ${line('tenantry')}`,
  );
  return held;
}

await using stack = new AsyncDisposableStack();
process.exitCode = (await compare(stack)) ? 0 : 1;
