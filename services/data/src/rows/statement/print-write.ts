import { empty, identifier, join, raw, sql, type Sql } from '@tenantry/database';
import type { PlacedTable } from '../../spaces/table-space.js';
import { literalText } from '../../tables/column-default.js';
import { parseColumnType } from '../../tables/column-type.js';
import { type ColumnDefinition, storedType } from '../../tables/table-definition.js';

/** What happens to rows that exist already. */
export interface ConflictRule {
  /** The key they are found by. */
  readonly columns: readonly string[];
  readonly action: 'merge' | 'ignore';
}

export interface InsertPlan {
  readonly table: PlacedTable;
  readonly columns: readonly ColumnDefinition[];
  /** The rows as a JSON array, encrypted values sealed. */
  readonly rowsJson: string;
  readonly onConflict: ConflictRule | null;
  /** Whether a column that one row leaves out gets its default there, instead of null. */
  readonly missingDefault: boolean;
}

const names = (columns: readonly ColumnDefinition[]): Sql =>
  join(
    columns.map(({ name }) => identifier(name)),
    ', ',
  );

/** `as x ("a" integer, "b" text)`: how JSON becomes rows. */
function recordType(alias: string, columns: readonly ColumnDefinition[]): Sql {
  const fields = columns.map((column) => sql`${identifier(column.name)} ${raw(storedType(column))}`);
  return sql`as ${identifier(alias)} (${join(fields, ', ')})`;
}

function target({ schema, definition }: PlacedTable): Sql {
  return identifier(schema, definition.name);
}

/** Prints an insert as the first part of a statement; what it returns is `returning`. */
export function printInsert(plan: InsertPlan, returning: Sql): Sql {
  const { table, columns, onConflict } = plan;
  const head = sql`insert into ${target(table)} as t0`;
  const rows = columns.length ? sql`(${names(columns)}) ${printRows(plan)}` : printDefaultRows(plan.rowsJson);
  return sql`${head} ${rows}${onConflict ? printConflict(onConflict, columns) : empty} returning ${returning}`;
}

function printRows({ columns, rowsJson, missingDefault }: InsertPlan): Sql {
  if (!missingDefault) {
    return sql`select ${names(columns)} from json_to_recordset(${rowsJson}::json) ${recordType('x', columns)}`;
  }
  const values = columns.map((column) => {
    const name = identifier('x', column.name);
    return sql`case when e.v ? ${column.name} then ${name} else ${printDefault(column)} end`;
  });
  return sql`select ${join(values, ', ')} from jsonb_array_elements(${rowsJson}::jsonb) as e (v), jsonb_to_record(e.v) ${recordType('x', columns)}`;
}

/** Rows that say nothing: every column gets its default, `tenant_id` too. */
function printDefaultRows(rowsJson: string): Sql {
  return sql`(tenant_id) select current_setting('app.tenant_id')::uuid from json_array_elements(${rowsJson}::json)`;
}

function printDefault({ default: value, type }: ColumnDefinition): Sql {
  if (value === null) {
    return raw('null');
  }
  const parsed = parseColumnType(type);
  return 'function' in value
    ? raw(`pg_catalog.${value.function}`)
    : sql`${literalText(value.literal, parsed)}::${raw(parsed.sql)}`;
}

function printConflict({ columns, action }: ConflictRule, given: readonly ColumnDefinition[]): Sql {
  const key = join([raw('tenant_id'), ...columns.map((name) => identifier(name))], ', ');
  const sets = given.map(({ name }) => sql`${identifier(name)} = excluded.${identifier(name)}`);
  // A row with nothing but its key is still updated, so that it counts and is returned.
  const assignments = sets.length ? join(sets, ', ') : raw('tenant_id = excluded.tenant_id');
  return sql` on conflict (${key}) ${action === 'ignore' ? raw('do nothing') : sql`do update set ${assignments}`}`;
}

/** Prints an update that sets the same values everywhere. */
export function printUpdate(
  table: PlacedTable,
  columns: readonly ColumnDefinition[],
  valuesJson: string,
  where: readonly Sql[],
  returning: Sql,
): Sql {
  const sets = columns.map(({ name }) => sql`${identifier(name)} = ${identifier('x', name)}`);
  return sql`update ${target(table)} as t0 set ${join(sets, ', ')} from json_to_record(${valuesJson}::json) ${recordType('x', columns)} where ${join([...where], ' and ')} returning ${returning}`;
}

/** Prints an update of rows by their keys, each with values of its own: what encrypted columns need. */
export function printKeyedUpdate(
  {
    table,
    keys,
    columns,
  }: {
    readonly table: PlacedTable;
    readonly keys: readonly ColumnDefinition[];
    readonly columns: readonly ColumnDefinition[];
  },
  rowsJson: string,
  returning: Sql,
): Sql {
  const sets = columns.map(({ name }) => sql`${identifier(name)} = ${identifier('x', name)}`);
  const matches = keys.map(({ name }) => sql`${identifier('t0', name)} = ${identifier('x', name)}`);
  return sql`update ${target(table)} as t0 set ${join(sets, ', ')} from json_to_recordset(${rowsJson}::json) ${recordType('x', [...keys, ...columns])} where ${join(matches, ' and ')} returning ${returning}`;
}

/** Prints the keys of the rows that an update is for, and locks them. */
export function printKeys(
  table: PlacedTable,
  keys: readonly ColumnDefinition[],
  where: readonly Sql[],
  limit: number,
): Sql {
  const texts = keys.map(({ name }) => sql`${identifier('t0', name)}::text as ${identifier(name)}`);
  return sql`select ${join(texts, ', ')} from ${target(table)} as t0 where ${join([...where], ' and ')} limit ${limit} for update`;
}

export function printDelete(table: PlacedTable, where: readonly Sql[], returning: Sql): Sql {
  return sql`delete from ${target(table)} as t0 where ${join([...where], ' and ')} returning ${returning}`;
}

/** Puts a change and what is answered about it into one statement. */
export function printChange(change: Sql, answer: Sql): Sql {
  return sql`with changed as (${change}) ${answer}`;
}
