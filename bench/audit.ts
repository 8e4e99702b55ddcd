import { generateKeyPairSync } from 'node:crypto';
import { createReadStream, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { auditService } from '@tenantry/audit';
import { parseVerifier, verifyExport } from '@tenantry/audit-proofs';
import { exportAuditLog, getAuditCheckpoint, getAuditProof, MemberAdded } from '@tenantry/contracts';
import { migrate, openDoors } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { Bus } from '@tenantry/messaging';
import { Mailer, OutboundHttp } from '@tenantry/service';
import { InMemoryBus, type DeliveredEvent } from '@tenantry/testing/bus';
import { testContext } from '@tenantry/testing/database';
import pg from 'pg';
import { takeFolder, takePostgres } from './instance/place.js';
import { quantile } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What a provable audit log costs: row changes recorded, hashed, put into trees and signed, against a plain insert of the very
 * same rows by bare `pg`; how long after its commit an entry is signed; inclusion proofs of a long log; export and verification.
 */
const { values: options } = parseArgs({
  options: { leaves: { type: 'string', default: '10000000' }, entries: { type: 'string', default: '1000000' } },
});
const LONG_LOG = Number(options.leaves);
const EXPORTED = Number(options.entries);
const PASSWORD = 'bench';
const TENANTS = 4;
const EVENTS_A_BATCH = 500;
const ROWS_AN_EVENT = 10;
const BATCHES = 40;
const SIGN_EVERY_MS = 250;
const FILL_AT_ONCE = 250_000;
const PROOFS = 2_000;
const TARGETS = { rowsPerSecond: 20_000, lagMs: 1_000, proofMs: 20, verifiedPerSecond: 200_000 };

const READER = { permissions: ['audit.read'] };
let held = true;
const found: Parameters<typeof record>[1][number][] = [];

interface Target {
  readonly least?: number;
  readonly most?: number;
}

const aim = (target?: Target): number | null => target?.least ?? target?.most ?? null;

function describeTarget(target: Target | undefined, met: boolean): string {
  if (!target) return '';
  return ` (target ${target.least === undefined ? '≤' : '≥'} ${aim(target)}${met ? '' : ', MISSED'})`;
}

function report(what: string, value: number, unit: string, target?: Target): void {
  const met = value >= (target?.least ?? -Infinity) && value <= (target?.most ?? Infinity);
  held &&= met;
  found.push({ name: what, ratio: value, unit, target: aim(target), met });
  const goal = describeTarget(target, met);
  const digits = value < 1 ? 2 : value < 100 ? 1 : 0;
  console.log(`${what}: ${value.toFixed(digits)} ${unit}${goal}`);
}

function batchFor(tenants: readonly string[]): DeliveredEvent[] {
  return Array.from({ length: EVENTS_A_BATCH }, (_, i) => {
    const changes = Array.from({ length: ROWS_AN_EVENT }, (__, row) => ({
      resource: 'invoice',
      id: newId(),
      action: 'update' as const,
      old: { status: 'open', amountNanos: String(row * 1_000_000), note: 'the customer asked for another month' },
      new: { status: 'paid', amountNanos: String(row * 1_000_000), note: 'paid by transfer, thank you' },
    }));
    const event = new MemberAdded({ personId: newId(), role: 'staff' });
    return { event, tenantId: tenants[i % tenants.length]!, facts: { changes } };
  });
}

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
async function measureWriting(bus: InMemoryBus, client: pg.Client, tenants: readonly string[]): Promise<void> {
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
    done += BigInt((EVENTS_A_BATCH * ROWS_AN_EVENT) / tenants.length);
  }
  const rows = BATCHES * EVENTS_A_BATCH * ROWS_AN_EVENT;
  const inTrees = (rows / treeMs) * 1_000;
  const plain = (rows / plainMs) * 1_000;
  report('plain insert of the same rows', plain, 'rows/s');
  report('recorded, hashed, in the tree and signed', inTrees, 'rows/s', { least: TARGETS.rowsPerSecond });
  report('compared with the plain insert', inTrees / plain, 'times as fast');
}

/** Writes without pause while logs are signed every second, as a running service does. */
async function measureLag(bus: InMemoryBus, client: pg.Client, tenants: readonly string[]): Promise<void> {
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
  report('from commit to signature while writing, p50', quantile(lags, 0.5), 'ms');
  report('from commit to signature while writing, p99', quantile(lags, 0.99), 'ms', { most: TARGETS.lagMs });
}

/** A long log, planted as the superuser; only what proofs read is like the real thing. */
async function measureProofs(bus: InMemoryBus, client: pg.Client, tenantId: string): Promise<void> {
  await client.query(
    'drop index audit.entry_by_time, audit.entry_by_actor, audit.entry_by_action, audit.entry_by_resource',
  );
  for (let from = 0; from < LONG_LOG; from += FILL_AT_ONCE) {
    await client.query(
      `insert into audit.entry (tenant_id, sequence, version, id, occurred_at, recorded_at, service, event, event_id, event_index, action,
         outcome, actor_kind, actor_id, platform_actor, resource, old_values, new_values, origin, leaf_hash)
       select $1, i, 1, gen_random_uuid(), now(), now(), 'billing', 'InvoicePaid', gen_random_uuid(), 0, 'invoice.paid',
         'done', 'user', 'ada', false, 'invoice', '{"status":"open"}', '{"status":"paid"}', 'none', sha256(i::text::bytea)
       from generate_series($2::int, $3::int) i`,
      [tenantId, from + 1, from + FILL_AT_ONCE],
    );
  }
  await client.query('insert into audit.head values ($1, $2)', [tenantId, LONG_LOG]);
  await client.query('vacuum analyze audit.entry');
  const startMs = performance.now();
  await bus.runSchedule('audit.checkpoints');
  report(`a backlog of ${LONG_LOG} leaves into a tree`, (LONG_LOG / (performance.now() - startMs)) * 1_000, 'leaves/s');
  const { rows } = await client.query<{ id: string }>(
    'select id from audit.entry where tenant_id = $1 and sequence = any (select 1 + (random() * ($2::int - 1))::bigint from generate_series(1, $3::int))',
    [tenantId, LONG_LOG, PROOFS],
  );
  const ctx = testContext(tenantId, READER);
  const times: number[] = [];
  for (const { id } of rows) {
    const askedMs = performance.now();
    await bus.call(getAuditProof, { id }, ctx);
    times.push(performance.now() - askedMs);
  }
  report(`an inclusion proof among ${LONG_LOG} leaves, p50`, quantile(times, 0.5), 'ms');
  report(`an inclusion proof among ${LONG_LOG} leaves, p99`, quantile(times, 0.99), 'ms', { most: TARGETS.proofMs });
}

/** A log as long as is to be exported, and its export verified; its entries come the usual way. */
async function measureVerifying(bus: InMemoryBus, directory: string, tenantId: string): Promise<void> {
  const rowsABatch = EVENTS_A_BATCH * ROWS_AN_EVENT;
  for (let rows = 0; rows < EXPORTED; rows += rowsABatch) await bus.deliverBatch('audit.log', batchFor([tenantId]));
  await bus.runSchedule('audit.checkpoints');
  const file = join(directory, 'log.ndjson');
  const ctx = testContext(tenantId, {
    ...READER,
    request: { ...testContext(tenantId).request, deadlineAtMs: Date.now() + 600_000 },
  });
  const { key, size } = await bus.call(getAuditCheckpoint, {}, ctx);
  const startMs = performance.now();
  const { body } = await bus.send(exportAuditLog, '{}', ctx);
  await writeFile(file, body!);
  const entries = Number(size);
  report(`an export of ${entries} entries`, (entries / (performance.now() - startMs)) * 1_000, 'entries/s');
  const trusted = { checkpoints: [], keys: [parseVerifier(key)] };
  const verify = async (threads: number): Promise<number> => {
    const fromMs = performance.now();
    await verifyExport(createReadStream(file, { highWaterMark: 1024 * 1024 }), trusted, threads);
    return (entries / (performance.now() - fromMs)) * 1_000;
  };
  const [alone, inThreads]: [number[], number[]] = [[], []];
  for (let run = 0; run < 3; run++) {
    alone.push(await verify(0));
    inThreads.push(await verify(2));
  }
  report('verified offline by one thread', quantile(alone, 0.5), 'entries/s');
  report('verified offline as the command does', quantile(inThreads, 0.5), 'entries/s', {
    least: TARGETS.verifiedPerSecond,
  });
}

async function compare(url: string, directory: string): Promise<void> {
  const service = { ...auditService, migrations: auditService.migrations!, password: PASSWORD };
  await migrate(url, [service]);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const login = new URL(url);
  [login.username, login.password] = ['audit_service', PASSWORD];
  const masterKey = new Uint8Array(32).fill(1);
  const doors = openDoors({ url: login.href, service: 'audit', maxConnections: 8, masterKey });
  const keyFile = join(directory, 'audit.pem');
  writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  const Settings = auditService.settings!;
  const outside = [Bus, Mailer, OutboundHttp].map((provide) => ({ provide, useValue: {} })); // nothing is anchored here
  const providers = [...outside, { provide: Settings, useValue: new Settings({ AUDIT_KEY_FILE: keyFile }) }];
  const bus = await InMemoryBus.start({ service: auditService, doors, providers });
  try {
    const tenants = Array.from({ length: TENANTS + 2 }, () => newId());
    for (const id of tenants) {
      await client.query(`insert into platform.tenant_status values ($1, 'active', 'pool', 'home', 1)`, [id]);
      bus.announce(id);
    }
    const [long, exported] = tenants.splice(TENANTS) as [string, string];
    await measureWriting(bus, client, tenants);
    await measureLag(bus, client, tenants);
    await measureVerifying(bus, directory, exported);
    await measureProofs(bus, client, long);
  } finally {
    await bus.close();
    await Promise.all([doors.close(), client.end()]);
  }
}

await using stack = new AsyncDisposableStack();
const directory = takeFolder(stack);
const server = await takePostgres(stack, directory);
await compare(server.url, directory);
record('audit', found);
process.exitCode = held ? 0 : 1;
