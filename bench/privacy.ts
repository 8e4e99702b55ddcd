import { parseArgs } from 'node:util';
import type { Doors } from '@tenantry/database';
import { newId, SystemClock, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { testContext } from '@tenantry/testing/database';
import type pg from 'pg';
import { HeldRows } from '../services/data/src/holds/held-rows.js';
import { HealthDataGate } from '../services/data/src/agreements/health-data-gate.js';
import { ProductDefinitions } from '../services/data/src/product-tables/product-definitions.js';
import { ProductTables } from '../services/data/src/product-tables/product-tables.js';
import { Catalog } from '../services/data/src/spaces/catalog.js';
import { EraseSubjectRows } from '../services/data/src/subjects/erase-subject-rows.js';
import { PlanSubjectRows } from '../services/data/src/subjects/plan-subject-rows.js';
import { SubjectFinder } from '../services/data/src/subjects/subject-finder.js';
import { creating } from '../services/data/src/tables/table-change.js';
import { takeDataDoors } from './instance/data-doors.js';
import { median } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What one person costs among many rows, in the data service on one Postgres: erasing them from twenty tables, with audit entries and keys, and
 * planning over two hundred. Each of the twenty has `--rows` rows, a million by default, of which ten are the person's.
 */
const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const ROWS_EACH = Number(options.rows);
const ROWS_A_PERSON = 10;
const FILLED = 20;
const TABLES = 200;
const RUNS = 7;
const TARGETS_MS = { erase: 2_000, plan: 1_000 } as const;
const STAFF = testContext('00000000-0000-7000-8000-000000000001');

const people = {
  name: 'customers',
  subjectColumn: 'id',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'name', type: 'text', classification: 'personal' },
    { name: 'email', type: 'text', classification: 'personal' },
  ],
};
const nameOf = (n: number): string => `orders_${n}`;
const about = (n: number) => ({
  name: nameOf(n),
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'customer', type: 'integer', references: { table: 'customers', column: 'id' } },
    { name: 'note', type: 'text', classification: 'personal' },
    { name: 'status', type: 'text', classification: 'internal' },
  ],
});

async function create(tables: ProductTables, from: number, until: number): Promise<void> {
  for (let n = from; n < until; n++) await tables.change(STAFF, creating(about(n)), () => null);
}

/** Rows as if they had been written long ago: nobody is to be told of them. */
async function fill(client: pg.Client, tenantId: string): Promise<void> {
  await client.query('set session_replication_role = replica');
  await client.query(`insert into platform.tenant_status values ($1, 'active', 'pool', 'home', 1)`, [tenantId]);
  await client.query(
    `insert into data.space (tenant_id, mode, attempt, product_version)
    select $1, 'pool', 1, max(version) from data.product_version`,
    [tenantId],
  );
  await client.query(
    `insert into product.customers (tenant_id, id, name, email)
     select $1, n, 'Person ' || n, 'person-' || n || '@example.com' from generate_series(1, $2::int) n`,
    [tenantId, ROWS_EACH / ROWS_A_PERSON],
  );
  for (let n = 0; n < FILLED; n++) {
    await client.query(
      `insert into product.${nameOf(n)} (tenant_id, id, customer, note, status)
       select $1, n, 1 + n % ($2::int / $3::int), 'note ' || n, 'done' from generate_series(1, $2::int) n`,
      [tenantId, ROWS_EACH, ROWS_A_PERSON],
    );
  }
  await client.query('vacuum analyze');
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly tookMs: number; readonly answer: T }> {
  const startedAtMs = performance.now();
  const answer = await work();
  return { tookMs: performance.now() - startedAtMs, answer };
}

function report(name: string, runs: readonly number[], target: number): boolean {
  const [worst, p50Ms] = [Math.max(...runs), median(runs)];
  const met = worst <= target;
  console.log(
    `${name}: ${p50Ms.toFixed(0)} ms, at worst ${worst.toFixed(0)} ms (target ${target} ms${met ? '' : ', MISSED'})`,
  );
  found.push({ name, ratio: worst, unit: 'ms', target, met, p50Ms, runs: [...runs] });
  return met;
}

/** The parts of the data service that requests about people go through. */
function partsOf(doors: Doors) {
  const products = new ProductDefinitions(doors.control);
  const directories = Directories.inMemory();
  const gate = new HealthDataGate(directories, new SystemClock());
  const finder = new SubjectFinder(doors.tenants, new Catalog(doors.tenants, products, doors.vault, directories, gate));
  return {
    tables: new ProductTables(products, new SystemClock()),
    plan: new PlanSubjectRows(finder, doors.tenants),
    erase: new EraseSubjectRows(finder, doors.tenants, doors.subjects, new SystemClock(), new HeldRows()),
  };
}

async function measureErasures(ctx: TenantContext, { plan, erase }: ReturnType<typeof partsOf>): Promise<void> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const subject = [{ table: 'customers', value: String(17 + run * 101) }];
    const { shape } = await plan.handle({ subject }, ctx);
    const erasing = () => erase.handle({ erasureId: newId(), subject, shape, places: [] }, ctx);
    const { tookMs, answer } = await timed(erasing);
    if (answer.rows !== BigInt(FILLED * ROWS_A_PERSON + 1)) throw new Error(`${answer.rows} rows were erased`);
    runs.push(tookMs);
  }
  report(
    `erasure of ${FILLED * ROWS_A_PERSON + 1} rows from ${FILLED} tables of ${ROWS_EACH} rows`,
    runs,
    TARGETS_MS.erase,
  );
}

async function measurePlans(ctx: TenantContext, { plan }: ReturnType<typeof partsOf>): Promise<void> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const subject = [{ table: 'customers', value: String(23 + run * 101) }];
    const { tookMs, answer } = await timed(() => plan.handle({ subject }, ctx));
    if (answer.places.length !== TABLES) throw new Error(`${answer.places.length} places were planned`);
    runs.push(tookMs);
  }
  report(`plan over ${TABLES} tables`, runs, TARGETS_MS.plan);
}

/** What a write of classified values waits for besides: keys of people who are known, of new ones, and of many at once. */
async function measureSealing({ subjects }: Doors, tenantId: string): Promise<void> {
  const place = { table: 'customers', column: 'name', row: '1' };
  const valueOf = (value: string) => {
    const subject = { table: 'customers', kind: 'person', value } as const;
    return { subject, place, plaintext: 'Somebody' };
  };
  const many = Array.from({ length: 200 }, (_, n) => valueOf(`many ${n}`));
  const costs: Record<string, number[]> = { 'a known person': [], 'a new person': [], '200 known people': [] };
  const seal = async (name: string, values: readonly ReturnType<typeof valueOf>[]): Promise<void> => {
    costs[name]!.push((await timed(() => subjects.seal(tenantId, values))).tookMs);
  };
  await subjects.seal(tenantId, [valueOf('known'), ...many]);
  for (let turn = 0; turn < 200; turn++) {
    await seal('a known person', [valueOf('known')]);
    await seal('a new person', [valueOf(`new ${turn}`)]);
    if (turn < 20) await seal('200 known people', many);
  }
  for (const [name, runs] of Object.entries(costs)) {
    console.log(`sealing for ${name}: ${median(runs).toFixed(2)} ms`);
    found.push({ name: `sealing for ${name}`, ratio: median(runs), unit: 'ms', met: true, p50Ms: median(runs) });
  }
}

type Found = Parameters<typeof record>[1][number];
const found: Found[] = [];
await using stack = new AsyncDisposableStack();
const { doors, client } = await takeDataDoors(stack, { statementTimeoutMs: 60_000 });
const parts = partsOf(doors);
const ctx = testContext(newId());
await parts.tables.change(STAFF, creating(people), () => null);
await create(parts.tables, 0, FILLED);
const { tookMs: filledMs } = await timed(() => fill(client, ctx.tenantId));
console.log(`${FILLED} tables with ${ROWS_EACH} rows each, made in ${(filledMs / 1_000).toFixed(0)} s`);
await measureSealing(doors, ctx.tenantId);
await measureErasures(ctx, parts);
await create(parts.tables, FILLED, TABLES - 1);
await measurePlans(ctx, partsOf(doors)); // as a process that begins then
record('privacy', found);
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
