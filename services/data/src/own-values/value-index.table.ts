import { type Job, sql, type Sql, type Transaction } from '@tenantry/database';
import type { IndexedTable, ValueIndex } from './value-index.js';

/** A row by its table and key. */
export interface RowRef {
  readonly table: string;
  readonly key: string;
}

/** What is kept of a row; null for one that is not there any more. */
export interface RowMarks {
  readonly key: string;
  readonly marks: Buffer | null;
}

const INDEX = sql`sealed_key as "sealedKey", version, removals, space_version::text as "spaceVersion", asked_at as "askedAt"`;
const TABLE = sql`table_name as name, columns, after_key as "afterKey", is_walked as "isWalked"`;

/** Whatever runs a statement for one tenant. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

/** Destroys what is kept of rows that the transaction has changed, and has them looked at again. */
export async function noteChangedRows(tx: Transaction, rows: readonly RowRef[]): Promise<void> {
  if (rows.length === 0) return;
  const [tables, keys] = [rows.map(({ table }) => table), rows.map(({ key }) => key)];
  await tx.query(sql`select data.note_changed_values(${tables}, ${keys})`);
}

export async function findIndex(rows: Rows): Promise<ValueIndex | undefined> {
  const [found] = await rows.query<ValueIndex>(sql`select ${INDEX} from data.value_index`);
  return found;
}

export async function insertIndex(tx: Transaction, sealedKey: string, now: Date): Promise<void> {
  await tx.execute(sql`insert into data.value_index (tenant_id, sealed_key, not_before, asked_at)
    values (${tx.tenantId}, ${sealedKey}, ${now}, ${now}) on conflict do nothing`);
  await tx.execute(
    sql`update data.space set version = version + 1, has_value_index = true where tenant_id = ${tx.tenantId} and not has_value_index`,
  );
}

export async function saveAsked(tx: Transaction, now: Date): Promise<void> {
  await tx.execute(sql`update data.value_index set asked_at = ${now} where tenant_id = ${tx.tenantId}`);
}

/** Destroys the index with its key. */
export async function deleteIndex(tx: Transaction): Promise<void> {
  await tx.execute(sql`delete from data.value_mark where tenant_id = ${tx.tenantId}`);
  await tx.execute(sql`delete from data.value_index_table where tenant_id = ${tx.tenantId}`);
  await tx.execute(sql`delete from data.value_index where tenant_id = ${tx.tenantId}`);
  await tx.execute(
    sql`update data.space set version = version + 1, has_value_index = false where tenant_id = ${tx.tenantId} and has_value_index`,
  );
}

/** Tenants for whose index there may be something to do, those that wait longest first. */
export async function tenantsIndexed(job: Job, now: Date, limit: number): Promise<string[]> {
  const rows = await job.query<{ id: string }>(sql`select i.tenant_id as id from data.value_index i
    join data.space s on s.tenant_id = i.tenant_id
    where i.not_before <= ${now} and (i.space_version is distinct from s.version
      or exists (select from data.value_index_table t where t.tenant_id = i.tenant_id and not t.is_walked)
      or exists (select from data.value_mark m where m.tenant_id = i.tenant_id and m.marks is null)
      or i.asked_at < ${now}::timestamptz - interval '7 days')
    order by i.not_before limit ${limit}`);
  return rows.map(({ id }) => id);
}

export async function postponeIndex(job: Job, tenantId: string, notBefore: Date): Promise<void> {
  await job.query(sql`update data.value_index set not_before = ${notBefore} where tenant_id = ${tenantId}`);
}

/** The index, for this transaction alone; undefined when somebody else is at it. */
export async function lockIndex(tx: Transaction): Promise<ValueIndex | undefined> {
  return tx.one<ValueIndex>(
    sql`select ${INDEX} from data.value_index where tenant_id = ${tx.tenantId} for update skip locked`,
  );
}

export async function listIndexed(tx: Transaction): Promise<IndexedTable[]> {
  return tx.query<IndexedTable>(
    sql`select ${TABLE} from data.value_index_table where tenant_id = ${tx.tenantId} order by table_name`,
  );
}

/** Begins with a table, again if need be: what is kept of it is destroyed. */
export async function startTable(tx: Transaction, name: string, columns: readonly string[]): Promise<void> {
  await tx.execute(sql`delete from data.value_mark where tenant_id = ${tx.tenantId} and table_name = ${name}`);
  await tx.execute(sql`insert into data.value_index_table (tenant_id, table_name, columns) values (${tx.tenantId}, ${name}, ${[...columns]})
    on conflict (tenant_id, table_name) do update set columns = excluded.columns, after_key = null, is_walked = false`);
}

export async function dropTables(tx: Transaction, names: readonly string[]): Promise<void> {
  await tx.execute(
    sql`delete from data.value_mark where tenant_id = ${tx.tenantId} and table_name = any (${[...names]})`,
  );
  await tx.execute(
    sql`delete from data.value_index_table where tenant_id = ${tx.tenantId} and table_name = any (${[...names]})`,
  );
}

/** Notes the version of the tables; what is known anew of them counts as taken out, so that everybody reads it all again. */
export async function saveTables(tx: Transaction, spaceVersion: string): Promise<void> {
  await tx.execute(sql`update data.value_index set space_version = ${spaceVersion}::bigint, removals = removals + 1, since_xid = null
    where tenant_id = ${tx.tenantId}`);
}

/**
 * Whether everybody who may have begun to write without noting it has ended. The first time that this is asked, after what they must know was
 * committed, the moment is noted.
 */
export async function haveWritersEnded(tx: Transaction): Promise<boolean> {
  const found = await tx.one<{ ended: boolean | null }>(sql`
    select since_xid < pg_snapshot_xmin(pg_current_snapshot()) as ended from data.value_index where tenant_id = ${tx.tenantId}`);
  if (found!.ended === null) {
    await tx.execute(
      sql`update data.value_index set since_xid = pg_current_xact_id() where tenant_id = ${tx.tenantId}`,
    );
  }
  return found!.ended === true;
}

/** Some rows of one table that were changed; locked, so that who changes them once more waits, and has them looked at again. */
export async function lockDueRows(tx: Transaction, limit: number): Promise<RowRef[]> {
  return tx.query<RowRef>(sql`
    select m.table_name as "table", m.row_key as key from data.value_mark m
    where m.tenant_id = ${tx.tenantId} and m.marks is null
      and m.table_name = (select min(n.table_name) from data.value_mark n where n.tenant_id = ${tx.tenantId} and n.marks is null)
    order by m.row_key limit ${limit} for update of m skip locked`);
}

/** Keeps what changed rows say now, and forgets those that are gone. */
export async function saveDueRows(tx: Transaction, table: string, rows: readonly RowMarks[]): Promise<void> {
  const [there, gone] = [rows.filter(({ marks }) => marks !== null), rows.filter(({ marks }) => marks === null)];
  const version = await nextVersion(tx, rows.length);
  await tx.execute(sql`update data.value_mark m set marks = n.marks, version = ${version}
    from unnest(${there.map(({ key }) => key)}::text[], ${there.map(({ marks }) => marks!)}::bytea[]) as n (row_key, marks)
    where m.tenant_id = ${tx.tenantId} and m.table_name = ${table} and m.row_key = n.row_key`);
  await tx.execute(sql`delete from data.value_mark
    where tenant_id = ${tx.tenantId} and table_name = ${table} and row_key = any (${gone.map(({ key }) => key)})`);
}

/** Keeps what rows of a walk say. One that was noted meanwhile stays as it is: it is looked at again. */
export async function saveWalkedRows(tx: Transaction, table: string, rows: readonly RowMarks[]): Promise<void> {
  const version = await nextVersion(tx, 0);
  await tx.execute(sql`insert into data.value_mark (tenant_id, table_name, row_key, version, marks)
    select ${tx.tenantId}, ${table}, n.row_key, ${version}, n.marks
    from unnest(${rows.map(({ key }) => key)}::text[], ${rows.map(({ marks }) => marks!)}::bytea[]) as n (row_key, marks)
    order by n.row_key on conflict (tenant_id, table_name, row_key) do nothing`);
}

export async function saveWalk(tx: Transaction, table: string, afterKey: readonly string[] | null): Promise<void> {
  await tx.execute(sql`update data.value_index_table set after_key = ${afterKey && [...afterKey]}, is_walked = ${afterKey === null}
    where tenant_id = ${tx.tenantId} and table_name = ${table}`);
}

/** How many rows are in the index. */
export async function countRows(tx: Transaction): Promise<number> {
  const found = await tx.one<{ rows: number }>(
    sql`select count(*)::int as rows from data.value_mark where tenant_id = ${tx.tenantId}`,
  );
  return found!.rows;
}

/** A part of the index. */
export interface MarksPart {
  readonly marks: Buffer;
  /** Up to which version it goes. */
  readonly version: bigint;
}

/** The marks after a version and up to another, of as many whole versions as fit. */
export async function marksAfter(rows: Rows, after: bigint, upTo: bigint, maxBytes: number): Promise<MarksPart> {
  const end = after + MAX_VERSIONS < upTo ? after + MAX_VERSIONS : upTo;
  const [found] = await rows.query<{ marks: Buffer | null; version: bigint | null; cut: boolean }>(sql`
    with sizes as (
      select version, sum(octet_length(marks)) as bytes from data.value_mark
      where marks is not null and version > ${after} and version <= ${end} group by version
    ), sums as (
      select version, sum(bytes) over (order by version) as bytes, row_number() over (order by version) as place from sizes
    ), fitting as (select version from sums where bytes <= ${maxBytes} or place = 1)
    select (select string_agg(m.marks, '') from data.value_mark m where m.marks is not null and m.version in (select version from fitting)) as marks,
      (select max(version) from fitting) as version, (select count(*) from fitting) < (select count(*) from sizes) as cut`);
  const { marks, version, cut } = found!;
  return { marks: marks ?? Buffer.alloc(0), version: cut ? version! : end };
}

/** So many versions are looked at for one answer. */
const MAX_VERSIONS = 200n;

/** Whether some table is not walked yet, or some row not looked at again. */
export async function isBehind(rows: Rows): Promise<boolean> {
  const [found] = await rows.query<{ behind: boolean }>(sql`select
    exists (select from data.value_index_table where not is_walked) or exists (select from data.value_mark where marks is null)
    or exists (select from data.value_index i join data.space s using (tenant_id) where i.space_version is distinct from s.version) as behind`);
  return found!.behind;
}

/** The next version, of which nobody else can make one: the index is locked. */
async function nextVersion(tx: Transaction, removals: number): Promise<bigint> {
  const next = await tx.one<{ version: bigint }>(sql`
    update data.value_index set version = version + 1, removals = removals + ${removals} where tenant_id = ${tx.tenantId} returning version`);
  return next!.version;
}
