import { identifier, join, raw, sql, type Sql, type Transaction } from '@tenantry/database';
import type { PlacedTable } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import { type ColumnDefinition, columnOf } from '../tables/table-definition.js';

/** A row by its key with some of its values as texts, in the order of the columns they were asked for. */
export interface GuardedRow {
  readonly key: readonly string[];
  readonly values: readonly (string | null)[];
}

const list = (parts: readonly Sql[], separator = ', '): Sql => join([...parts], separator);

function keysOf({ definition }: PlacedTable): readonly { readonly name: Sql; readonly type: Sql }[] {
  return definition.primaryKey.map((name) => ({
    name: identifier('t0', name),
    type: raw(parseColumnType(columnOf(definition, name)!.type).sql),
  }));
}

function selected(table: PlacedTable, columns: readonly ColumnDefinition[]): Sql {
  const keys = keysOf(table).map(({ name }) => sql`${name}::text`);
  const values = columns.map(({ name }) => sql`${identifier('t0', name)}::text`);
  const from = identifier(table.schema, table.definition.name);
  return sql`select array[${list(keys)}] as key, array[${list(values)}] as values from ${from} as t0`;
}

/** The next rows of a table in the order of its key. Runs under the tenant's role. */
export async function rowsAfter(
  tx: Transaction,
  table: PlacedTable,
  columns: readonly ColumnDefinition[],
  { afterKey, limit }: { readonly afterKey: readonly string[] | null; readonly limit: number },
): Promise<GuardedRow[]> {
  const keys = keysOf(table);
  const order = list(keys.map(({ name }) => name));
  const after = afterKey
    ? sql` where (${order}) > (${list(keys.map(({ type }, n) => sql`${afterKey[n]!}::${type}`))})`
    : sql``;
  return tx.query<GuardedRow>(sql`${selected(table, columns)}${after} order by ${order} limit ${limit}`);
}

/** Rows by their keys, those that are there. Runs under the tenant's role. */
export async function rowsOfKeys(
  tx: Transaction,
  table: PlacedTable,
  columns: readonly ColumnDefinition[],
  wanted: readonly (readonly string[])[],
): Promise<GuardedRow[]> {
  const keys = keysOf(table);
  const fields = list(keys.map(({ type }, n) => sql`${raw(`k${n}`)} ${type}`));
  const matches = list(
    keys.map(({ name }, n) => sql`${name} = ${raw(`x.k${n}`)}`),
    ' and ',
  );
  const json = JSON.stringify(wanted.map((key) => Object.fromEntries(key.map((part, n) => [`k${n}`, part]))));
  return tx.query<GuardedRow>(
    sql`${selected(table, columns)} join json_to_recordset(${json}::json) as x (${fields}) on ${matches}`,
  );
}
