import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { prepareTenant, send, signIn } from './instance/client.js';
import { takePlace, takePostgres } from './instance/place.js';
import { run } from './instance/program.js';
import { record } from './measure/record.js';

/**
 * A copy of one person's data of a million rows, from the plan to the ZIP, in a system of a process a service: how much memory the processes that
 * the rows go through have at most.
 */
const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' } },
});
const ROWS = Number(options.rows);
const TARGET_MB = 256;
const SAMPLE_MS = 200;
const PATIENCE_MS = 600_000;
const THROUGH = ['data', 'compliance', 'gateway'] as const;

interface Access {
  readonly id: string;
  readonly status: string;
  readonly digest: string;
  readonly places: readonly { readonly position: number; readonly kind: string; readonly collected: string | null }[];
}

/** The processes of a system by the service that each is. */
function processesBelow(pid: number): ReadonlyMap<string, number> {
  const text = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  const lines = text.trim().split('\n');
  return new Map(
    THROUGH.flatMap((service) => {
      const line = lines.find((one) => one.includes(`services/${service}/`));
      return line ? [[service, Number(line.trim().split(/\s+/)[0])] as const] : [];
    }),
  );
}

const residentMb = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;

/** Looks at the memory of processes until it is told to stop; answers the most that each had. */
function watch(processes: ReadonlyMap<string, number>): () => ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  const look = (): void =>
    processes.forEach((pid, name) => most.set(name, Math.max(most.get(name) ?? 0, residentMb(pid))));
  look();
  const timer = setInterval(look, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return most;
  };
}

async function makeTables(gateway: string, admin: string): Promise<void> {
  const id = { name: 'id', type: 'integer', primaryKey: true };
  const personal = { name: 'note', type: 'text', classification: 'personal' };
  const customer = { name: 'customer', type: 'integer', references: { table: 'customers', column: 'id' } };
  const people = { name: 'customers', subjectColumn: 'id', columns: [id, { ...personal, name: 'name' }] };
  await send('POST', `${gateway}/v1/product-tables`, admin, people);
  await send('POST', `${gateway}/v1/product-tables`, admin, { name: 'visits', columns: [id, customer, personal] });
}

/** Rows as if they had been written long ago: nobody is to be told of them. */
async function fill(url: string, tenantId: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set session_replication_role = replica');
  await client.query(`insert into product.customers (tenant_id, id, name) values ($1, 1, 'Ann'), ($1, 2, 'Bob')`, [
    tenantId,
  ]);
  await client.query(
    `insert into product.visits (tenant_id, id, customer, note)
     select $1, n, 1 + n % 2, 'What was said on visit ' || n || ' and is worth remembering' from generate_series(1, $2::int) n`,
    [tenantId, 2 * ROWS],
  );
  await client.query('vacuum analyze product.visits');
  await client.end();
}

async function until(look: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  while (!(await look())) {
    if (performance.now() > giveUpAtMs) throw new Error('the copy is not collected');
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
}

/** From the plan to the last byte; answers how long collecting and fetching took, and how large the ZIP is. */
async function copy(gateway: string, token: string) {
  const at = `${gateway}/v1/privacy/access`;
  const subject = [{ table: 'customers', value: '1' }];
  const { id, digest, places } = await send<Access>('POST', at, token, { subject });
  for (const { position } of places.filter(({ kind }) => kind === 'task')) {
    await send('POST', `${at}/${id}/tasks/${position}`, token, { finding: 'Nothing was found.' });
  }
  const startedAtMs = performance.now();
  await send('POST', `${at}/${id}/collect`, token, { digest });
  await until(async () => (await send<Access>('GET', `${at}/${id}`, token)).status === 'review');
  const collectedMs = performance.now() - startedAtMs;
  const link = await send<{ token: string; code: string }>('POST', `${at}/${id}/release`, token, {});
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ token: link.token, code: link.code });
  const answer = await fetch(`${gateway}/v1/privacy/bundles/download`, { method: 'POST', headers, body });
  if (!answer.ok || !answer.body) throw new Error(`the download answered ${answer.status}`);
  let bytes = 0;
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
  const { places: collected } = await send<Access>('GET', `${at}/${id}`, token);
  const rows = collected.reduce((sum, place) => sum + Number(place.collected ?? 0), 0);
  return { collectedMs, fetchedMs: performance.now() - startedAtMs - collectedMs, bytes, rows };
}

await using stack = new AsyncDisposableStack();
const place = await takePlace(stack);
const postgres = await takePostgres(stack, place.directory);
const program = join(import.meta.dirname, '../scripts/dist/start.js'); // a process each is the build's, not the sources'
const settings = { ...place.settings, DATABASE_URL: postgres.url };
const started = await run(program, settings, /ready\s+(http\S+)/, ['--enable-source-maps'], ['--split']);
stack.defer(() => started.stop());
const gateway = started.address;
const admin = await signIn(gateway);
await makeTables(gateway, admin);
const { id: tenantId, token } = await prepareTenant(gateway, admin, 'copied', 'pool');
await fill(postgres.url, tenantId);
const processes = processesBelow(started.pid);
if (processes.size !== THROUGH.length)
  throw new Error(`there are processes of ${[...processes.keys()].join(', ')} only`);
const before = watch(processes)();
const stopWatching = watch(processes);
const { collectedMs, fetchedMs, bytes, rows } = await copy(gateway, token);
const most = stopWatching();
if (rows < ROWS) throw new Error(`${rows} rows were collected`);
console.log(
  `${rows} rows collected in ${(collectedMs / 1_000).toFixed(0)} s, fetched in ${(fetchedMs / 1_000).toFixed(0)} s, a ZIP of ${(bytes / 2 ** 20).toFixed(0)} MB`,
);
const found = THROUGH.map((service) => {
  const [ratio, idle] = [most.get(service)!, before.get(service)!];
  const met = ratio <= TARGET_MB;
  console.log(
    `${service}: ${ratio.toFixed(0)} MB resident at most, ${idle.toFixed(0)} before (target ${TARGET_MB}${met ? '' : ', MISSED'})`,
  );
  return { name: `resident memory of ${service}`, ratio, unit: 'MB', target: TARGET_MB, met, runs: [idle, ratio] };
});
record('copy', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
