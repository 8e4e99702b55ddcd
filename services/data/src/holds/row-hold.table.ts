import { identifier, join, sql, type Sql, type Transaction } from '@tenantry/database';
import type { PlacedTable } from '../spaces/table-space.js';
import { type PlaceStatements, target } from '../subjects/place-statements.js';
import type { RowHold } from './row-hold.js';

/** More are counted as this many. */
const MAX_COUNTED = 100_000;

/** Rows as they were before they were changed or deleted, as JSON without `tenant_id`. */
export interface OldRows {
  readonly table: PlacedTable;
  readonly images: readonly string[];
}

/** Keeps a hold; one that is kept already stays as it is. */
export async function insertRowHold(tx: Transaction, hold: RowHold, heldAt: Date): Promise<void> {
  await tx.execute(sql`
    insert into data.row_hold (tenant_id, id, table_name, subject_key, filter, held_at)
    values (${tx.tenantId}, ${hold.id}, ${hold.table}, ${hold.subjectKey}, ${hold.filter}, ${heldAt}) on conflict do nothing`);
}

/** How many other holds on rows are in force; nobody adds one until the commit. */
export async function countOtherHolds(tx: Transaction, id: string): Promise<number> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`row holds ${tx.tenantId}`}, 0))`);
  const [row] = await tx.query<{ holds: number }>(
    sql`select count(*)::int as holds from data.row_holds() where id <> ${id}`,
  );
  return row!.holds;
}

/** From now on the hold is compliance's word, and not only its intention. */
export async function confirmRowHold(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.execute(sql`
    update data.row_hold set confirmed_at = ${at} where tenant_id = ${tx.tenantId} and id = ${id} and confirmed_at is null`);
}

/** Ends a hold that nobody has confirmed; a late confirmation brings it back. Answers whether there was one. */
export async function lapseRowHold(tx: Transaction, id: string): Promise<boolean> {
  const lapsed = await tx.execute(sql`
    update data.row_hold set held_at = now() - interval '1 day'
    where tenant_id = ${tx.tenantId} and id = ${id} and confirmed_at is null and released_at is null and held_at > now() - interval '1 day'`);
  return lapsed > 0;
}

export async function releaseRowHold(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.execute(sql`
    update data.row_hold set released_at = ${at} where tenant_id = ${tx.tenantId} and id = ${id} and released_at is null`);
}

/** The tenant's holds in force. */
export async function rowHoldsInForce(rows: Pick<Transaction, 'query'>): Promise<RowHold[]> {
  return rows.query<RowHold>(
    sql`select id, table_name as "table", subject_key as "subjectKey", filter from data.row_holds()`,
  );
}

/** How many rows a condition holds. */
export function countHeld(table: PlacedTable, condition: Sql): Sql {
  return sql`select count(*) as rows from (
    select from ${target(table)} t where ${condition} limit ${MAX_COUNTED}) held`;
}

/** What a hold says of the rows of a table. */
export interface HeldPlace {
  readonly hold: string;
  readonly table: PlacedTable;
  readonly condition: Sql;
}

/** The holds on a person's rows. */
export function findHeldOwn(statements: PlaceStatements, places: readonly HeldPlace[]): Sql {
  const searches = places.map(({ hold, table, condition }) => {
    const { name } = table.definition;
    return sql`(select ${hold}::uuid as "holdId", ${name}::text as "table" from ${target(table)} t
      where ${statements.isOwn(name)} and ${condition} limit 1)`;
  });
  const names = places.map(({ table }) => table.definition.name);
  return sql`${statements.with(names)} select * from (${join(searches, ' union all ')}) found limit 200`;
}

/**
 * Finds a hold on rows that were changed or deleted, by what they were before.
 * @param told what each hold says of the rows of a table
 */
export function findHeld(tenantId: string, rows: readonly OldRows[], told: readonly HeldPlace[]): Sql {
  const names = new Map(rows.map(({ table }, index) => [table.definition.name, identifier(`old${index}`)]));
  const sources = rows.map(({ table, images }) => {
    const type = target(table);
    return sql`${names.get(table.definition.name)!} as materialized (select r.* from unnest(${[...images]}::text[]) i (image),
      jsonb_populate_record(null::${type}, i.image::jsonb || jsonb_build_object('tenant_id', ${tenantId}::text)) r)`;
  });
  const searches = told.map(
    ({ hold, table, condition }) =>
      sql`(select ${hold}::uuid as hold, ${table.definition.name}::text as "table" from ${names.get(table.definition.name)!} t where ${condition} limit 1)`,
  );
  return sql`with ${join(sources, ', ')} select * from (${join(searches, ' union all ')}) found limit 1`;
}
