import { identifier, type Job, sql, type Transaction } from '@tenantry/database';
import type { PlacedTable } from '../spaces/table-space.js';

/** What was counted of a table, and what it holds, in one moment. */
export interface Compared {
  readonly rows: bigint;
  readonly bytes: bigint;
  readonly countedRows: bigint;
  readonly countedBytes: bigint;
}

/** A difference that nothing explains. */
export interface CountDrift extends Compared {
  readonly id: string;
  readonly tenantId: string;
  readonly table: string;
  readonly foundAt: Date;
}

/** Whose tables are due for a comparison. */
export interface DueSpace {
  readonly tenantId: string;
  readonly version: bigint;
  /** Of the tables that were compared the last time; null for never. */
  readonly countedVersion: bigint | null;
}

/** How long a table is looked through at most. */
const COMPARE_TIMEOUT_MS = 300_000;

/** Tenants that are due, those first that wait longest. One whose schema is shut, because it is suspended, waits until it is open. */
export async function spacesToCompare(job: Job, limit: number): Promise<DueSpace[]> {
  return job.query<DueSpace>(sql`
    select tenant_id as "tenantId", version, counted_version as "countedVersion" from data.space
    where open and (counted_at is null or counted_version is distinct from version or counted_at < clock_timestamp() - interval '1 day')
      and (count_tried_at is null or count_tried_at < clock_timestamp() - interval '5 minutes')
    order by count_tried_at nulls first, tenant_id limit ${limit}`);
}

/** Notes that a comparison begins, so that one that fails does not keep the others waiting. */
export async function saveTried(job: Job, tenantId: string): Promise<void> {
  await job.query(sql`update data.space set count_tried_at = clock_timestamp() where tenant_id = ${tenantId}`);
}

/** Notes that all tables of a version were compared; not when somebody has asked for another one meanwhile. */
export async function saveCompared(job: Job, { tenantId, version }: DueSpace): Promise<void> {
  await job.query(sql`update data.space set counted_at = count_tried_at, counted_version = ${version}
    where tenant_id = ${tenantId} and count_tried_at is not null`);
}

/** Has the tenant compared next; answers when it was the last time. */
export async function askToCompare(job: Job, tenantId: string): Promise<{ lastComparedAt: Date | null } | undefined> {
  const [asked] = await job.query<{ lastComparedAt: Date | null }>(sql`
    with before as (select counted_at from data.space where tenant_id = ${tenantId} for update)
    update data.space set counted_at = null, count_tried_at = null from before where tenant_id = ${tenantId}
    returning before.counted_at as "lastComparedAt"`);
  return asked;
}

/** One comparison of a tenant at a time: two would correct the same difference twice. */
export async function lockComparison(tx: Transaction): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`data recount ${tx.tenantId}`}, 0)),
    set_config('statement_timeout', ${String(COMPARE_TIMEOUT_MS)}, true)`);
}

/** Compares in the one moment of one statement, while everybody goes on writing. Runs under the tenant's role. */
export async function compareTable(tx: Transaction, { schema, definition }: PlacedTable): Promise<Compared> {
  const row = await tx.one<Compared>(sql`
    select truth.rows, truth.bytes, coalesce(c.rows, 0)::bigint as "countedRows", coalesce(c.bytes, 0)::bigint as "countedBytes"
    from (select count(*) as rows, coalesce(sum(octet_length((t0.*)::text)), 0)::bigint as bytes
          from ${identifier(schema, definition.name)} as t0 where t0.tenant_id = ${tx.tenantId}) truth
    left join data.current_counts('UTC') c on c.table_name = ${definition.name}`);
  return row!;
}

/** Adds the difference to the journal: right whatever was written since the comparison. */
export async function correctCount(tx: Transaction, table: string, compared: Compared): Promise<void> {
  const { rows, bytes, countedRows, countedBytes } = compared;
  await tx.execute(sql`insert into data.count_change (tenant_id, table_name, rows, bytes, inserted)
    values (${tx.tenantId}, ${table}, ${rows - countedRows}, ${bytes - countedBytes}, 0)`);
}

export async function insertDrift(tx: Transaction, drift: CountDrift): Promise<void> {
  const { id, table, countedRows, countedBytes, rows, bytes, foundAt } = drift;
  await tx.execute(sql`insert into data.count_drift (tenant_id, id, table_name, counted_rows, counted_bytes, rows, bytes, found_at)
    values (${tx.tenantId}, ${id}, ${table}, ${countedRows}, ${countedBytes}, ${rows}, ${bytes}, ${foundAt})`);
}

/** The newest first: ids grow with the time of finding. */
export async function listDrifts(job: Job, beforeId: string | null, limit: number): Promise<CountDrift[]> {
  return job.query<CountDrift>(sql`
    select id, tenant_id as "tenantId", table_name as "table", counted_rows as "countedRows", counted_bytes as "countedBytes", rows, bytes,
      found_at as "foundAt"
    from data.count_drift where ${beforeId}::uuid is null or id < ${beforeId}::uuid order by id desc limit ${limit}`);
}
