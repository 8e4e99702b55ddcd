import { type Job, sql, type Sql, type Transaction } from '@tenantry/database';

/** What a table holds, and the part of it that the transaction which asks has added. */
export interface TableCount {
  readonly table: string;
  readonly rows: bigint;
  readonly bytes: bigint;
  /** Rows inserted in the calendar month. */
  readonly inserted: bigint;
  readonly ownRows: bigint;
  readonly ownBytes: bigint;
  readonly ownInserted: bigint;
}

const COLUMNS = sql`table_name as "table", rows, bytes, inserted, own_rows as "ownRows", own_bytes as "ownBytes", own_inserted as "ownInserted"`;

/** Whatever runs a statement for one tenant. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

/** What the tenant's tables hold; what others have not committed yet is not in it. */
export async function currentCounts(rows: Rows, timeZone: string): Promise<TableCount[]> {
  return rows.query<TableCount>(sql`select ${COLUMNS} from data.current_counts(${timeZone})`);
}

/** The same, and until this transaction ends no other one of the tenant gets past here. */
export async function holdCounts(tx: Transaction, timeZone: string): Promise<TableCount[]> {
  return tx.query<TableCount>(sql`select ${COLUMNS} from data.hold_counts(${timeZone})`);
}

/** Forgets everything that was counted of the tenant. */
export async function forgetCounts(tx: Transaction): Promise<void> {
  await tx.query(sql`select data.forget_counts(null)`);
}

/** Forgets what was counted of a product table that the pool no longer has. */
export async function forgetPoolCounts(tx: Transaction, table: string): Promise<void> {
  const ofPool = sql`table_name = ${table} and tenant_id in (select tenant_id from data.space where mode = 'pool')`;
  await tx.execute(sql`
    with journal as (delete from data.count_change where ${ofPool}), months as (delete from data.month_count where ${ofPool})
    delete from data.table_count where ${ofPool}`);
}

/** Some tenants that have lines in the journal. */
export async function tenantsToFold(job: Job, limit: number): Promise<string[]> {
  const rows = await job.query<{ id: string }>(
    sql`select distinct tenant_id as id from data.count_change order by 1 limit ${limit}`,
  );
  return rows.map(({ id }) => id);
}

/** Tenants, each with the time zone of its months. */
export interface Zoned {
  readonly tenantIds: readonly string[];
  readonly timeZones: readonly string[];
}

/**
 * Folds lines of the journal into the counts, in one statement for all the tenants; answers how many. Lines that somebody else is folding are
 * left to them, and counts are written in one order, so nobody waits in a circle.
 */
export async function foldCounts(job: Job, { tenantIds, timeZones }: Zoned, limit: number): Promise<number> {
  const [row] = await job.query<{ folded: number }>(sql`
    with zone as (select * from unnest(${tenantIds}::uuid[], ${timeZones}::text[]) as z (tenant_id, time_zone)),
    due as (
      select c.tenant_id, c.position from data.count_change c join zone using (tenant_id)
      order by c.tenant_id, c.position limit ${limit} for update of c skip locked
    ), taken as (
      delete from data.count_change c using due where c.tenant_id = due.tenant_id and c.position = due.position
      returning c.tenant_id, c.table_name, c.rows, c.bytes, c.inserted, c.made_at
    ), months as (
      insert into data.month_count as known (tenant_id, table_name, month, inserted)
      select tenant_id, table_name, date_trunc('month', made_at at time zone time_zone)::date as month, sum(inserted)
      from taken join zone using (tenant_id) where inserted > 0 group by 1, 2, 3 order by 1, 2, 3
      on conflict (tenant_id, table_name, month) do update set inserted = known.inserted + excluded.inserted
    ), counts as (
      insert into data.table_count as known (tenant_id, table_name, rows, bytes)
      select tenant_id, table_name, sum(rows), sum(bytes) from taken group by 1, 2 order by 1, 2
      on conflict (tenant_id, table_name) do update set rows = known.rows + excluded.rows, bytes = known.bytes + excluded.bytes
    )
    select count(*)::int as folded from taken`);
  return row!.folded;
}

/** What all tables of one tenant hold together. */
export interface Size {
  readonly tenantId: string;
  readonly rows: bigint;
  readonly bytes: bigint;
}

/** The sizes of tenants in the order of their ids; what was not folded yet is not in them. */
export async function sizesAfter(job: Job, tenantId: string | null, limit: number): Promise<Size[]> {
  return job.query<Size>(sql`
    select tenant_id as "tenantId", greatest(sum(rows), 0)::bigint as rows, greatest(sum(bytes), 0)::bigint as bytes from data.table_count
    where ${tenantId}::uuid is null or tenant_id > ${tenantId}::uuid group by tenant_id order by tenant_id limit ${limit}`);
}
