import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { quantile } from '../measure/quantile.js';
import { batchFor, ROWS_A_BATCH } from './batch.js';
import type { AuditPlace } from './place.js';

const BATCHES = 40;
const SIGN_EVERY_MS = 250;

/** Inserts rows as they were stored into a table of the same shape: an array for each column, nothing else. */
async function plainInsert(
  client: pg.Client,
  columns: readonly pg.FieldDef[],
  rows: readonly unknown[][],
): Promise<number> {
  const types = await client.query<{ oid: number; name: string }>('select oid::int, typname as name from pg_type');
  const nameOf = new Map(types.rows.map(({ oid, name }) => [oid, name]));
  const places = columns.map(({ dataTypeID }, i) => `$${i + 1}::${nameOf.get(dataTypeID)}[]`);
  const arrays = columns.map((_, column) => rows.map((row) => row[column]));
  const startMs = performance.now();
  await client.query(`insert into bench.entry select * from unnest(${places.join()})`, arrays);
  return performance.now() - startMs;
}

/** Rows into trees, and the same rows into a plain table, taking turns; and how long an entry waits for its signature. */
export async function measureWriting({ bus, client, findings }: AuditPlace, tenants: readonly string[]): Promise<void> {
  await client.query('create schema bench; create table bench.entry (like audit.entry including all)');
  const asText = { getTypeParser: () => (value: string) => value };
  let [treeMs, plainMs, done] = [0, 0, 0n];
  for (let batch = 0; batch < BATCHES; batch++) {
    const events = batchFor(tenants);
    const startMs = performance.now();
    await bus.deliverBatch('audit.log', events);
    await bus.runSchedule('audit.checkpoints');
    treeMs += performance.now() - startMs;
    const stored = await client.query<unknown[]>({
      text: 'select * from audit.entry where sequence > $1 and tenant_id = any ($2)',
      values: [done, tenants],
      rowMode: 'array',
      types: asText,
    });
    plainMs += await plainInsert(client, stored.fields, stored.rows);
    done += BigInt(ROWS_A_BATCH / tenants.length);
  }
  const rows = BATCHES * ROWS_A_BATCH;
  const inTrees = (rows / treeMs) * 1_000;
  const plain = (rows / plainMs) * 1_000;
  findings.add('plain insert of the same rows', plain, 'rows/s');
  findings.add('recorded, hashed, in the tree and signed', inTrees, 'rows/s', { least: 20_000 });
  findings.add('compared with the plain insert', inTrees / plain, 'times as fast');
}

/** Writes without pause while logs are signed every second, as a running service does. */
export async function measureLag({ bus, client, findings }: AuditPlace, tenants: readonly string[]): Promise<void> {
  const tenantId = tenants[0]!;
  const committed: { size: bigint; atMs: number }[] = [];
  const signed: { size: bigint; atMs: number }[] = [];
  const sizeIn = async (table: 'head' | 'checkpoint'): Promise<bigint> => {
    const text = `select max(size) as size from audit.${table} where tenant_id = $1`;
    return BigInt((await client.query<{ size: string }>(text, [tenantId])).rows[0]!.size);
  };
  const sign = async (): Promise<void> => {
    await bus.runSchedule('audit.checkpoints');
    signed.push({ size: await sizeIn('checkpoint'), atMs: performance.now() });
  };
  let writing = true;
  const everySecond = async (): Promise<void> => {
    for (let startMs = performance.now(); writing; startMs = performance.now()) {
      await sign();
      await sleep(Math.max(0, startMs + SIGN_EVERY_MS - performance.now()));
    }
    await sign();
  };
  const signing = everySecond();
  for (let batch = 0; batch < 2 * BATCHES; batch++) {
    await bus.deliverBatch('audit.log', batchFor(tenants));
    committed.push({ size: await sizeIn('head'), atMs: performance.now() });
  }
  writing = false;
  await signing;
  const lags = committed.map(({ size, atMs }) => Math.max(0, signed.find((one) => one.size >= size)!.atMs - atMs));
  findings.add('from commit to signature while writing, p50', quantile(lags, 0.5), 'ms');
  findings.add('from commit to signature while writing, p99', quantile(lags, 0.99), 'ms', { most: 1_000 });
}
