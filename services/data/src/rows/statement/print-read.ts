import { empty, join, raw, sql, type Sql } from '@tenantry/database';
import type { PlacedTable } from '../../spaces/table-space.js';
import type { RowsQuery } from '../query/query.js';
import { page, placed, type PrintedSelect, type SelectContext, SelectPrinter } from './print-select.js';
import { Scope } from './scope.js';
import { type AnswerShape, PLAIN } from './shape.js';

/** What one page of rows costs one statement for. */
export interface ReadOptions {
  readonly limit: number;
  readonly offset: number;
  /** Whether to count all rows that match, not only those of the page. */
  readonly count: boolean;
  /** Leaves members that are null out of the answer. */
  readonly stripNulls: boolean;
  /** Whether nobody will see the rows: they are counted, not built, and nothing in them is opened. */
  readonly headOnly: boolean;
}

/** One statement and the shape of its answer: columns `body`, `rows`, `total` and `version`. */
export interface PrintedRead {
  readonly statement: Sql;
  readonly shape: AnswerShape;
}

/** What the statement answers. */
export interface ReadRow {
  /** The rows as a JSON array. */
  readonly body: string;
  readonly rows: number;
  readonly total: bigint | null;
  /** The catalog that Postgres saw, which may be newer than the one the statement was made for. */
  readonly version: bigint;
}

/** Shown by its policy for the tenant of the statement only. */
const VERSION = raw('(select version from data.space)');

function where(conditions: readonly Sql[]): Sql {
  return conditions.length ? sql` where ${join([...conditions], ' and ')}` : empty;
}

/** Prints a page of rows as one statement that builds the JSON in Postgres. @throws Fault */
export function printRead(
  table: PlacedTable,
  query: RowsQuery,
  context: Omit<SelectContext, 'levels'>,
  options: ReadOptions,
): PrintedRead {
  const printer = new SelectPrinter({ ...context, levels: query.levels });
  const scope = new Scope(table, 't0', context.principal);
  const printed = printer.select(scope, query.select, '');
  printer.assertAllLevelsUsed();
  const from = placed(scope);
  const source = sql`select ${printed.outputs} from ${from}${printed.joins}${where(printed.where)}${printed.order}${page(options.limit, options.offset)}`;
  const total = options.count
    ? sql`(select count(*) from ${from}${printed.narrowing}${where(printed.where)})`
    : raw('null::bigint');
  if (options.headOnly) {
    return { statement: printBody(raw(`'[]'`), source, total), shape: PLAIN };
  }
  return { statement: printAnswer(source, total, options.stripNulls), shape: printed.shape };
}

/** Prints the rows that a change in the same statement returned, under the name `changed`. */
export function printReturned(printed: PrintedSelect, stripNulls: boolean): Sql {
  const source = sql`select ${printed.outputs} from changed as t0${printed.joins}${printed.order}`;
  return printAnswer(source, sql`(select count(*) from changed)`, stripNulls);
}

/** A whole row is `r.*`: a bare `r` would be the column of that name, if there is one. */
function printAnswer(source: Sql, total: Sql, stripNulls: boolean): Sql {
  const row = raw(stripNulls ? 'json_strip_nulls(row_to_json(r.*))' : 'r.*');
  return printBody(sql`coalesce(json_agg(${row}), '[]')::text`, source, total);
}

function printBody(body: Sql, source: Sql, total: Sql): Sql {
  return sql`select ${body} as body, count(*)::int as rows, ${total} as total, ${VERSION} as version from (${source}) r`;
}

/** Prints the rows one by one, as JSON text, for a stream of unknown length. */
export function printExport(table: PlacedTable, query: RowsQuery, context: Omit<SelectContext, 'levels'>): PrintedRead {
  const printer = new SelectPrinter({ ...context, levels: query.levels });
  const scope = new Scope(table, 't0', context.principal);
  const printed = printer.select(scope, query.select, '');
  printer.assertAllLevelsUsed();
  const { limit, offset } = printer.level('');
  const source = sql`select ${printed.outputs} from ${placed(scope)}${printed.joins}${where(printed.where)}${printed.order}${page(limit, offset)}`;
  return {
    statement: sql`select row_to_json(r.*)::text as row, ${VERSION} as version from (${source}) r`,
    shape: printed.shape,
  };
}
