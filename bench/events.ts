import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { limitTenant, prepareTenant, send, signIn } from './instance/client.js';
import { takePlace, takePostgres } from './instance/place.js';
import { run } from './instance/program.js';
import { quantile } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * From a row's commit to its entry in the audit log, through everything between: outbox, relay, JetStream, the audit service. First as many rows
 * as go through the row API in large requests; then, at a tenth of that rate, how long a row's entry lags behind the answer to its write.
 */
const CHANGES = 60_000;
const ROWS_A_REQUEST = 500;
const REQUESTS_AT_ONCE = 4;
const RUNS = 3;
const STEADY_S = 20;
const STEADY_SHARE = 0.1;
const STEADY_ROWS = 10;
const LOOK_EVERY_MS = 5;
const PATIENCE_MS = 60_000;
const TARGET_PER_S = 5_000;

interface Bench {
  readonly url: string;
  readonly token: string;
  /** How many of a table's changes are in the audit log, and the newest ones' rows. */
  readonly entriesAfter: (sequence: bigint) => Promise<{ sequence: bigint; rowId: string }[]>;
  readonly count: () => Promise<number>;
}

async function insert({ url, token }: Bench, rows: number): Promise<string[]> {
  const body = Array.from({ length: rows }, (_, amount) => ({ name: 'changed', amount }));
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    prefer: 'return=representation',
  };
  const response = await fetch(`${url}?select=id`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (response.status !== 201) throw new Error(`an insert answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { id: string }[]).map(({ id }) => id);
}

/** Changes a second, until the last one's entry is there. */
async function throughput(bench: Bench): Promise<number> {
  const before = await bench.count();
  const startMs = performance.now();
  let left = CHANGES / ROWS_A_REQUEST;
  const work = async (): Promise<void> => {
    while (left-- > 0) await insert(bench, ROWS_A_REQUEST);
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
  while ((await bench.count()) < before + CHANGES) {
    if (performance.now() - startMs > PATIENCE_MS) throw new Error('the audit log does not catch up');
    await sleep(LOOK_EVERY_MS);
  }
  return CHANGES / ((performance.now() - startMs) / 1_000);
}

/** Milliseconds from the answer to a write until its rows' entries are there, at a steady rate. */
async function lags(bench: Bench, perSecond: number): Promise<number[]> {
  const answeredAtMs = new Map<string, number>();
  const early = new Set<string>();
  const found: number[] = [];
  let last = BigInt(await bench.count());
  let isOver = false;
  const look = async (): Promise<void> => {
    while (!isOver || answeredAtMs.size > 0) {
      for (const { sequence, rowId } of await bench.entriesAfter(last)) {
        last = sequence;
        const answered = answeredAtMs.get(rowId);
        // An entry may be there before its write's answer has arrived here: it did not lag.
        if (answered === undefined) early.add(rowId);
        else found.push(performance.now() - answered);
        answeredAtMs.delete(rowId);
      }
      await sleep(LOOK_EVERY_MS);
    }
  };
  const looking = look();
  const everyMs = (1_000 * STEADY_ROWS) / perSecond;
  const startMs = performance.now();
  const writes: Promise<void>[] = [];
  for (let turn = 0; turn * everyMs < STEADY_S * 1_000; turn++) {
    await sleep(Math.max(0, startMs + turn * everyMs - performance.now()));
    writes.push(
      insert(bench, STEADY_ROWS).then((ids) => {
        for (const id of ids)
          if (early.delete(id)) found.push(0);
          else answeredAtMs.set(id, performance.now());
      }),
    );
  }
  await Promise.all(writes);
  isOver = true;
  await looking;
  return found;
}

async function prepare(stack: AsyncDisposableStack): Promise<Bench> {
  const place = await takePlace(stack);
  const postgres = await takePostgres(stack, place.directory);
  const settings = { ...place.settings, DATABASE_URL: postgres.url };
  const started = await run(join(import.meta.dirname, '../scripts/start.ts'), settings, /ready\s+(http\S+)/);
  stack.defer(() => started.stop());
  const gateway = started.address;
  const admin = await signIn(gateway);
  const tenant = await prepareTenant(gateway, admin, 'bench', 'pool');
  await limitTenant(gateway, admin, tenant.id);
  const columns = [
    { name: 'id', type: 'uuid', primaryKey: true, default: 'uuidv7()' },
    { name: 'name', type: 'text' },
    { name: 'amount', type: 'integer' },
  ];
  await send('POST', `${gateway}/v1/tables`, tenant.token, { name: 'changes', columns });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  stack.defer(() => client.end());
  const after = `select sequence, resource_id as "rowId" from audit.entry where tenant_id = $1 and sequence > $2 and change = 'insert'
    and resource like '%changes' order by sequence`;
  const count = `select coalesce(max(sequence), 0)::int as count from audit.entry where tenant_id = $1`;
  return {
    url: `${gateway}/rest/v1/changes`,
    token: tenant.token,
    entriesAfter: async (sequence) => {
      const { rows } = await client.query<{ sequence: string; rowId: string }>(after, [tenant.id, sequence]);
      return rows.map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
    },
    count: async () => (await client.query<{ count: number }>(count, [tenant.id])).rows[0]!.count,
  };
}

await using stack = new AsyncDisposableStack();
const bench = await prepare(stack);
await throughput(bench); // what is measured has been compiled
const rates: number[] = [];
for (let turn = 0; turn < RUNS; turn++) rates.push(await throughput(bench));
const perSecond = quantile(rates, 0.5);
const steady = await lags(bench, perSecond * STEADY_SHARE);
const [p50Ms, p99Ms] = [quantile(steady, 0.5), quantile(steady, 0.99)];
const met = perSecond >= TARGET_PER_S;
record('events', [
  { name: 'row changes to audit entries', ratio: perSecond, unit: 'a second', target: TARGET_PER_S, met, runs: rates },
  { name: 'lag at a tenth of that', ratio: p99Ms, unit: 'ms', p50Ms, p99Ms, met: true },
]);
console.log(
  `${Math.round(perSecond)} row changes a second from the row API into the audit log (${rates.map(Math.round).join(', ')}; target ${TARGET_PER_S}${met ? '' : ', MISSED'})`,
);
console.log(
  `at ${Math.round(perSecond * STEADY_SHARE)} a second an entry is there p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms after the answer to its write (${steady.length} rows)`,
);
process.exitCode = met ? 0 : 1;
