import { identifier, join, raw, sql, type Sql, type Transaction } from '@tenantry/database';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import { type ColumnDefinition, columnOf } from '../tables/table-definition.js';
import { blindName } from './blind-column.js';

/** A row by its key with its sealed values, in the order of the columns they were asked for. */
export interface SealedRow {
  readonly key: readonly string[];
  readonly values: readonly (string | null)[];
  /** Which version of the row this is: any change makes another. */
  readonly version: string;
}

/** A row that is sealed again: written only where it is still what it was. */
export interface ResealedRow extends SealedRow {
  readonly resealed: readonly (string | null)[];
  readonly blind: readonly (number | null)[];
}

const list = (parts: readonly Sql[], separator = ', '): Sql => join([...parts], separator);

function keysOf({ definition }: PlacedTable): readonly { readonly name: Sql; readonly type: Sql }[] {
  return definition.primaryKey.map((name) => ({
    name: identifier('t0', name),
    type: raw(parseColumnType(columnOf(definition, name)!.type).sql),
  }));
}

const placed = ({ schema, definition }: PlacedTable): Sql => sql`${identifier(schema, definition.name)} as t0`;

/** The next rows of a table in the order of its key. */
export async function sealedRowsAfter(
  tx: Transaction,
  table: PlacedTable,
  columns: readonly ColumnDefinition[],
  { afterKey, limit }: { readonly afterKey: readonly string[] | null; readonly limit: number },
): Promise<readonly SealedRow[]> {
  const keys = keysOf(table);
  const order = list(keys.map(({ name }) => name));
  const after = afterKey
    ? sql` where (${order}) > (${list(keys.map(({ type }, n) => sql`${afterKey[n]!}::${type}`))})`
    : sql``;
  return tx.query<SealedRow>(sql`
    select array[${list(keys.map(({ name }) => sql`${name}::text`))}] as key,
      array[${list(columns.map(({ name }) => identifier('t0', name)))}] as values, t0.xmin::text as version
    from ${placed(table)}${after} order by ${order} limit ${limit}`);
}

/**
 * Writes rows that were sealed again, in the order of their keys, and lets go of what the triggers caught: no value has changed. A row that
 * somebody has changed meanwhile stays as they left it. The range of keys says nothing new: without it, Postgres goes through the
 * whole table for each row of the batch where it has no statistics yet, as after an import.
 */
export async function saveResealed(
  tx: Transaction,
  table: PlacedTable,
  columns: readonly ColumnDefinition[],
  rows: readonly ResealedRow[],
): Promise<number> {
  const keys = keysOf(table);
  const fields = [
    ...keys.map(({ type }, n) => sql`${raw(`k${n}`)} ${type}`),
    ...columns.flatMap((_, n) => [raw(`o${n} text`), raw(`n${n} text`), raw(`b${n} integer`)]),
  ];
  const sets = columns.flatMap(({ name, searchable }, n) => [
    sql`${identifier(name)} = ${raw(`x.n${n}`)}`,
    ...(searchable ? [sql`${identifier(blindName(name))} = ${raw(`x.b${n}`)}`] : []),
  ]);
  const order = list(keys.map(({ name }) => name));
  const bound = ({ key }: SealedRow): Sql => list(keys.map(({ type }, n) => sql`${key[n]!}::${type}`));
  const matches = [
    sql`(${order}) between (${bound(rows[0]!)}) and (${bound(rows.at(-1)!)})`,
    ...keys.map(({ name }, n) => sql`${name} = ${raw(`x.k${n}`)}`),
    ...columns.map(({ name }, n) => sql`${identifier('t0', name)} is not distinct from ${raw(`x.o${n}`)}`),
  ];
  const json = JSON.stringify(rows.map(recordOf));
  const changed = await tx.execute(sql`
    update ${placed(table)} set ${list(sets)} from json_to_recordset(${json}::json) as x (${list(fields)})
    where ${list(matches, ' and ')}`);
  await tx.query(sql`select from data.take_row_changes()`);
  return changed;
}

function recordOf({ key, values, resealed, blind }: ResealedRow): Record<string, unknown> {
  return Object.fromEntries([
    ...key.map((part, n) => [`k${n}`, part]),
    ...values.flatMap((value, n) => [
      [`o${n}`, value],
      [`n${n}`, resealed[n]],
      [`b${n}`, blind[n]],
    ]),
  ]) as Record<string, unknown>;
}

/** Takes the role under which the tenant's rows are touched, as one of Tenantry's own services. */
export async function enterRows(tx: Transaction, { role }: TableSpace): Promise<void> {
  await tx.query(sql`select set_config('role', ${role}, true), set_config('app.actor_role', 'service', true)`);
}

/** Leaves it for what the service's own login may do. */
export async function leaveRows(tx: Transaction): Promise<void> {
  await tx.query(sql`select set_config('role', 'none', true)`);
}
