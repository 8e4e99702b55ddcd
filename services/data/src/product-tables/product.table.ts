import { type Job, sql, type Transaction } from '@tenantry/database';
import type { SchemaStep } from '../tables/schema-step.js';
import type { TableDefinition } from '../tables/table-definition.js';

/** One version of the product tables. */
export interface ProductVersion {
  readonly version: bigint;
  readonly tableName: string;
  readonly change: string;
  readonly steps: readonly SchemaStep[];
  readonly definitions: readonly TableDefinition[];
  readonly createdAt: Date;
}

const COLUMNS = sql`version, table_name as "tableName", change, steps, definitions, created_at as "createdAt"`;

/** What runs a statement: the job by itself, or inside its transaction. */
type Runner = Pick<Transaction, 'query'> | Pick<Job, 'query'>;

/** The product tables as they are now; undefined before the first is defined. */
export async function latestProductVersion(runner: Runner): Promise<ProductVersion | undefined> {
  const [row] = await runner.query<ProductVersion>(
    sql`select ${COLUMNS} from data.product_version order by version desc limit 1`,
  );
  return row;
}

export async function findProductVersion(runner: Runner, version: bigint): Promise<ProductVersion | undefined> {
  const [row] = await runner.query<ProductVersion>(
    sql`select ${COLUMNS} from data.product_version where version = ${version}`,
  );
  return row;
}

/** The versions after one, in order: what a tenant that has that one lacks. */
export async function productVersionsAfter(runner: Runner, version: bigint): Promise<ProductVersion[]> {
  return runner.query<ProductVersion>(
    sql`select ${COLUMNS} from data.product_version where version > ${version} order by version`,
  );
}

/** Product tables are changed by one transaction at a time. */
export async function lockProductTables(tx: Transaction): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('data product tables', 0))`);
}

export async function insertProductVersion(tx: Transaction, version: Omit<ProductVersion, 'createdAt'>): Promise<void> {
  const { tableName, change, steps, definitions } = version;
  await tx.execute(sql`
    insert into data.product_version (version, table_name, change, steps, definitions)
    values (${version.version}, ${tableName}, ${change}, ${JSON.stringify(steps)}, ${JSON.stringify(definitions)})`);
}

/** The pool's tables have changed, so all its tenants have the version at once. */
export async function movePoolTo(tx: Transaction, version: bigint): Promise<void> {
  await tx.execute(sql`update data.space set product_version = ${version}, version = version + 1 where mode = 'pool'`);
}

/** Tenants that have a table of their own of this name, or one that refers to it. */
export async function tenantsUsing(tx: Transaction, table: string, part: 'name' | 'reference'): Promise<string[]> {
  const uses =
    part === 'name'
      ? sql`lower(name) = lower(${table})`
      : sql`exists (select from jsonb_array_elements(definition -> 'foreignKeys') k where k ->> 'table' = ${table})`;
  const rows = await tx.query<{ id: string }>(
    sql`select distinct tenant_id as id from data.table_definition where ${uses} order by 1 limit 20`,
  );
  return rows.map(({ id }) => id);
}

/** How many schema-mode tenants there are, how many have a version, and why others do not. */
export interface Rollout {
  readonly total: number;
  readonly done: number;
  readonly failures: readonly { readonly tenantId: string; readonly reason: string }[];
}

export async function rolloutOf(runner: Runner, version: bigint): Promise<Rollout> {
  const [row] = await runner.query<Rollout>(sql`
    select count(*)::int as total, count(*) filter (where product_version >= ${version})::int as done,
      coalesce(jsonb_agg(jsonb_build_object('tenantId', tenant_id, 'reason', product_error))
        filter (where product_version < ${version} and product_error is not null), '[]') as failures
    from data.space where mode = 'schema'`);
  return row!;
}

/** Some schema-mode tenants that lack a version and were not tried a moment ago. */
export async function tenantsBehind(runner: Runner, version: bigint, limit: number): Promise<{ tenantId: string }[]> {
  return runner.query(sql`
    select tenant_id as "tenantId" from data.space
    where mode = 'schema' and product_version < ${version}
      and (product_tried_at is null or product_tried_at < clock_timestamp() - interval '30 seconds')
    order by product_tried_at nulls first limit ${limit}`);
}

/** The version that the transaction's tenant has, locked. */
export async function lockProductVersion(tx: Transaction): Promise<bigint | undefined> {
  const row = await tx.one<{ version: bigint }>(
    sql`select product_version as version from data.space where tenant_id = ${tx.tenantId} and mode = 'schema' for update`,
  );
  return row?.version;
}

export async function saveProductVersion(tx: Transaction, version: bigint): Promise<void> {
  await tx.execute(sql`
    update data.space set product_version = ${version}, version = version + 1, product_error = null, product_tried_at = null
    where tenant_id = ${tx.tenantId}`);
}

export async function saveProductError(job: Job, tenantId: string, reason: string): Promise<void> {
  await job.query(
    sql`update data.space set product_error = ${reason}, product_tried_at = clock_timestamp() where tenant_id = ${tenantId}`,
    { tenantId },
  );
}
