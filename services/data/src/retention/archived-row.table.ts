import { sql, type Sql, type Transaction } from '@tenantry/database';

/** A row in an archive; without its line it was erased. */
export interface ArchivedRow {
  readonly position: bigint;
  readonly table: string;
  /** Its key in the table that it was in. */
  readonly key: string;
  /** Whose it was, as `WhoseRows` calls them. */
  readonly people: readonly string[];
  /** Columns with health information that have a value, as `table.column`. */
  readonly phi: readonly string[];
  readonly leaf: Uint8Array;
  /** Salt and row, sealed. */
  readonly line: string | null;
}

export async function insertArchived(tx: Transaction, runId: string, rows: readonly ArchivedRow[]): Promise<void> {
  const json = rows.map(({ position, leaf, ...row }) => ({
    ...row,
    position: position.toString(),
    leaf: Buffer.from(leaf).toString('hex'),
  }));
  await tx.execute(sql`
    insert into data.archived_row (tenant_id, run_id, position, table_name, row_key, people, phi, leaf, line)
    select ${tx.tenantId}, ${runId}, r.position, r."table", r.key, r.people, r.phi, decode(r.leaf, 'hex'), r.line
    from json_to_recordset(${JSON.stringify(json)}::json)
      as r (position bigint, "table" text, key text, people text[], phi text[], leaf text, line text)`);
}

/** A run's archive in its order. */
export function archiveOf(runId: string): Sql {
  return sql`select position, table_name as "table", row_key as key, phi, leaf, line from data.archived_row
    where run_id = ${runId} order by position`;
}

/** Which columns of health information a run's archive has. */
export function phiOf(runId: string): Sql {
  return sql`select distinct unnest(phi) as column from data.archived_row where run_id = ${runId} and line is not null order by 1`;
}

/** How many archived rows are of people, and in which runs. */
export function countArchivedOf(people: readonly string[]): Sql {
  return sql`select count(*) as rows, coalesce(array_agg(distinct run_id::text), '{}') as runs
    from data.archived_row where people && ${[...people]}::text[] and line is not null`;
}

/** Empties what archives have of people, but for tables whose rows are kept; answers which rows that were. */
export async function eraseArchivedOf(
  tx: Transaction,
  people: readonly string[],
  keptTables: readonly string[],
): Promise<{ readonly table: string; readonly key: string }[]> {
  return tx.query(sql`
    update data.archived_row set line = null, people = '{}'
    where tenant_id = ${tx.tenantId} and people && ${[...people]}::text[] and line is not null
      and table_name <> all(${[...keptTables]}::text[])
    returning table_name as "table", row_key as key`);
}

/** Deletes the next rows of an archive; answers how many. */
export async function deleteArchived(tx: Transaction, runId: string, limit: number): Promise<number> {
  return tx.execute(sql`
    delete from data.archived_row where tenant_id = ${tx.tenantId} and run_id = ${runId} and position in (
      select position from data.archived_row where tenant_id = ${tx.tenantId} and run_id = ${runId} order by position limit ${limit})`);
}
