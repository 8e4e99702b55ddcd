import { identifier, join, raw, sql, type Sql } from '@tenantry/database';
import { parseColumnType } from '../tables/column-type.js';
import { type ColumnDefinition, columnOf, isEncrypted } from '../tables/table-definition.js';
import { type PlaceStatements, target } from './place-statements.js';
import type { OwnPlace } from './subject-walk.js';

/** One row as Postgres gives it: JSON text with encrypted values still sealed. */
export interface CollectedRow {
  readonly row: string;
  /** The row's key, to which its encrypted values are bound. */
  readonly key: readonly string[];
  /** Columns whose value is about another person and was left out. */
  readonly redacted: readonly string[];
}

/**
 * Prints the person's rows of a place. A value that points to another person never leaves Postgres, unless its column is revealed;
 * neither does a secret.
 */
export function printCollect(statements: PlaceStatements, place: OwnPlace, reveal: ReadonlySet<string>): Sql {
  const { definition } = place.table;
  const shown = definition.columns.map(
    (column) => sql`${shownValue(place, column, reveal)} as ${identifier(column.name)}`,
  );
  const withheld = definition.columns.flatMap((column) => withheldName(place, column, reveal));
  const key = definition.primaryKey.map((name) => sql`${identifier('t', name)}::text`);
  return sql`${statements.with([definition.name])}
    select row_to_json(r.*)::text as row, array[${join(key, ', ')}]::text[] as key, array_remove(array[${join([...withheld, raw('null')], ', ')}]::text[], null) as redacted
    from ${target(place.table)} t cross join lateral (select ${join(shown, ', ')}) r
    where ${statements.isOwn(definition.name)} order by ${join(
      definition.primaryKey.map((name) => identifier('t', name)),
      ', ',
    )}`;
}

function shownValue(place: OwnPlace, { name, classification }: ColumnDefinition, reveal: ReadonlySet<string>): Sql {
  const value = identifier('t', name);
  if (classification === 'secret') return raw('null::text');
  const other = reveal.has(name) ? null : isAnother(place, name);
  return other ? sql`case when ${other} then null else ${value} end` : value;
}

function withheldName(place: OwnPlace, { name, classification }: ColumnDefinition, reveal: ReadonlySet<string>): Sql[] {
  const value = identifier('t', name);
  if (classification === 'secret') return [sql`case when ${value} is not null then ${name}::text end`];
  const other = reveal.has(name) ? null : isAnother(place, name);
  return other ? [sql`case when ${other} then ${name}::text end`] : [];
}

/** Whether the value points to somebody else; null for a column that points to nobody. */
function isAnother({ thirdParty, table }: OwnPlace, name: string): Sql | null {
  const own = thirdParty.get(name);
  if (!own) return null;
  const type = parseColumnType(columnOf(table.definition, name)!.type).sql;
  return sql`${identifier('t', name)} is not null and not ${identifier('t', name)} = any(${[...own]}::${raw(type)}[])`;
}

/** The columns whose values have to be opened. */
export function openedColumns({ table }: OwnPlace): readonly ColumnDefinition[] {
  return table.definition.columns.filter((column) => isEncrypted(column) && column.classification !== 'secret');
}
