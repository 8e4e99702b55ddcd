import { RowsRead } from '@tenantry/contracts';
import type { Doors } from '@tenantry/database';
import { newId, SystemClock, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { testContext } from '@tenantry/testing/database';
import type pg from 'pg';
import { DataSettings } from '../services/data/src/config.js';
import { blindName } from '../services/data/src/encryption/blind-column.js';
import { HealthDataGate } from '../services/data/src/agreements/health-data-gate.js';
import { ProductDefinitions } from '../services/data/src/product-tables/product-definitions.js';
import { ProductTables } from '../services/data/src/product-tables/product-tables.js';
import { accessTo, callerOf } from '../services/data/src/rows/caller.js';
import { parseExact } from '../services/data/src/rows/json.js';
import { parseQueryString } from '../services/data/src/rows/query/parse-query.js';
import { parseAccept, parsePreferences } from '../services/data/src/rows/query/preferences.js';
import { RowReader, type ReadRequest } from '../services/data/src/rows/row-reader.js';
import { RowSearcher } from '../services/data/src/rows/search/row-searcher.js';
import { printRead, type ReadRow } from '../services/data/src/rows/statement/print-read.js';
import { Catalog } from '../services/data/src/spaces/catalog.js';
import { creating } from '../services/data/src/tables/table-change.js';
import { takeDataDoors } from './instance/data-doors.js';
import { median } from './measure/quantile.js';
import { record } from './measure/record.js';

/**
 * What encryption costs whoever reads: a row by its key whose value is opened, beside the same with an open value and an audited
 * read; rows found by a blind index, beside rows found by an indexed open column. All in the data service, on one Postgres, taking turns.
 */
const TENANTS = 10;
const ROWS_EACH = 10_000;
const CONNECTIONS = 10;
const WARM_UP_MS = 5_000;
const TURN_MS = 150;
const TURNS = 12;
const RUNS = 3;
const TABLE = 'patients';

interface Variant {
  readonly name: string;
  /** Compared with this one's rate. */
  readonly baseline: string | null;
  readonly target: number | null;
  run(ctx: TenantContext, n: number): Promise<{ readonly rows: number }>;
}

const codeOf = (n: number): string => `P-${(n * 7919) % 1_000_003}`;

const request = (query: string): ReadRequest => ({
  table: TABLE,
  query: parseQueryString(query),
  preferences: parsePreferences(''),
  range: null,
  format: parseAccept(''),
  headOnly: false,
});

async function fill(client: pg.Client, doors: Doors, tenantId: string): Promise<void> {
  await client.query(`insert into platform.tenant_status values ($1, 'active', 'pool', 'home', 1)`, [tenantId]);
  await client.query(`insert into data.space (tenant_id, mode, attempt, product_version) values ($1, 'pool', 1, 1)`, [
    tenantId,
  ]);
  const numbers = Array.from({ length: ROWS_EACH }, (_, n) => n);
  const place = (n: number) => ({ table: TABLE, column: 'ssn', row: String(n) });
  const sealed = await Promise.all(numbers.map((n) => doors.vault.seal(tenantId, place(n), codeOf(n))));
  const blind = await Promise.all(numbers.map((n) => doors.vault.blindIndex(tenantId, place(n), codeOf(n))));
  const codes = numbers.map(codeOf);
  await client.query(
    `insert into product.${TABLE} (tenant_id, id, code, ssn, "${blindName('ssn')}")
     select $1, * from unnest($2::int[], $3::text[], $4::text[], $5::int[])`,
    [tenantId, numbers, codes, sealed, blind],
  );
}

async function prepare(client: pg.Client, doors: Doors, products: ProductDefinitions): Promise<TenantContext[]> {
  const columns = [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'code', type: 'text', unique: true },
    { name: 'ssn', type: 'text', classification: 'phi', searchable: true },
  ];
  const staff = testContext('00000000-0000-7000-8000-000000000001');
  await new ProductTables(products, new SystemClock()).change(staff, creating({ name: TABLE, columns }), () => null);
  await client.query('set session_replication_role = replica'); // nobody is to be told of these rows
  const tenants = Array.from({ length: TENANTS }, () => newId());
  for (const tenantId of tenants) await fill(client, doors, tenantId);
  await client.query('vacuum analyze');
  return tenants.map((tenantId) => testContext(tenantId));
}

function variantsOf(doors: Doors, products: ProductDefinitions): Variant[] {
  const settings = new DataSettings({});
  const directories = Directories.inMemory();
  const gate = new HealthDataGate(directories, new SystemClock());
  const catalog = new Catalog(doors.tenants, products, doors.vault, directories, gate);
  const reader = new RowReader(doors.tenants, catalog, doors.vault, settings);
  const searcher = new RowSearcher(reader, doors.tenants, catalog, doors.vault, settings);
  /** What the row API does to open a value and record it, for a value that is open: all but the opening. */
  const audited = async (ctx: TenantContext, { table, query }: ReadRequest): Promise<{ rows: number }> => {
    const caller = callerOf(ctx);
    return catalog.use(ctx, async (space) => {
      const context = { space, principal: caller.principal, maxRows: settings.ROWS_MAX };
      const options = { limit: settings.ROWS_MAX, offset: 0, count: false, stripNulls: false, headOnly: false };
      const { statement } = printRead(space.table(table)!, query, context, options);
      return doors.tenants.transaction(
        caller.ctx,
        async (tx) => {
          const row = (await tx.one<ReadRow>(statement))!;
          const rows = parseExact(row.body) as { id: number }[];
          const changes = rows.map(({ id }) => ({ resource: table, id: String(id), action: 'read' as const }));
          tx.publish(new RowsRead({ table, columns: [`${table}.code`] }), { changes });
          return { rows: row.rows, body: JSON.stringify(rows) };
        },
        accessTo(space),
      );
    });
  };
  return [
    {
      name: 'open read, audited',
      baseline: null,
      target: null,
      run: (ctx, n) => audited(ctx, request(`select=id,code&id=eq.${n}`)),
    },
    {
      name: 'encrypted read',
      baseline: 'open read, audited',
      target: 0.85,
      run: (ctx, n) => reader.read(ctx, request(`select=id,ssn&id=eq.${n}`)),
    },
    {
      name: 'open search, audited',
      baseline: null,
      target: null,
      run: (ctx, n) => audited(ctx, request(`select=id,code&code=eq.${codeOf(n)}`)),
    },
    {
      name: 'blind search',
      baseline: 'open search, audited',
      target: 1 / 1.3,
      run: (ctx, n) => searcher.search(ctx, request(`select=id,ssn&ssn=eq.${codeOf(n)}`)),
    },
  ];
}

/** Works for a time, so many at once; answers how often a second. */
async function measure(variant: Variant, tenants: readonly TenantContext[], durationMs: number): Promise<number> {
  const startedAtMs = performance.now();
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - startedAtMs < durationMs) {
      done += 1;
      const { rows } = await variant.run(tenants[done % TENANTS]!, (done * 31) % ROWS_EACH);
      if (rows !== 1) throw new Error(`${variant.name} answers ${rows} rows`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return (done / (performance.now() - startedAtMs)) * 1_000;
}

async function compare(variants: readonly Variant[], tenants: readonly TenantContext[]): Promise<boolean> {
  for (const variant of variants) await measure(variant, tenants, WARM_UP_MS);
  const rates = new Map(variants.map(({ name }) => [name, [] as number[]]));
  for (let run = 0; run < RUNS; run++) {
    const sums = new Map(variants.map(({ name }) => [name, 0]));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const variant of variants) {
        sums.set(variant.name, sums.get(variant.name)! + (await measure(variant, tenants, TURN_MS)));
      }
    }
    for (const [name, sum] of sums) rates.get(name)!.push(sum / TURNS);
  }
  const found = variants.map(({ name, baseline, target }) => {
    const ratios = rates.get(name)!.map((rate, run) => rate / (baseline ? rates.get(baseline)![run]! : rate));
    const ratio = median(ratios);
    const goal = target === null ? '' : ` (target ${target.toFixed(2)}${ratio >= target ? '' : ', MISSED'})`;
    const over = baseline ? `, ${ratio.toFixed(2)} of ${baseline}${goal}` : '';
    console.log(`${name}: ${Math.round(median(rates.get(name)!))}/s${over}`);
    return { name, baseline, ratio, target, met: target === null || ratio >= target, runs: rates.get(name)! };
  });
  record(
    'search',
    found.filter(({ baseline }) => baseline !== null),
  );
  return found.every(({ met }) => met);
}

await using stack = new AsyncDisposableStack();
const { doors, client } = await takeDataDoors(stack, { maxConnections: CONNECTIONS });
const products = new ProductDefinitions(doors.control);
const tenants = await prepare(client, doors, products);
process.exitCode = (await compare(variantsOf(doors, products), tenants)) ? 0 : 1;
