import type { Vault } from '@tenantry/database';
import type { ColumnDefinition } from '../../tables/table-definition.js';
import { type Condition, EMPTY_LEVEL, type RowsQuery } from '../query/query.js';
import { replaced, type Sought } from './sought.js';

const HIDDEN = '$:';

/** Where in the rows of an answer a searched column's values are: where the query shows them, else under a name that is taken out again. */
export function answerKey({ select }: RowsQuery, column: string): string {
  for (const item of select) {
    if (item.kind === 'all') {
      return column;
    }
    if (item.kind === 'column' && item.name === column) {
      return item.alias ?? column;
    }
  }
  return HIDDEN + column;
}

/** The searched columns that a query does not show. */
function hiddenColumns(query: RowsQuery, sought: readonly Sought[]): readonly string[] {
  const names = soughtColumns(sought).map(({ name }) => name);
  return names.filter((name) => answerKey(query, name) === HIDDEN + name);
}

/** Rows as they were asked for. */
export function withoutHidden(query: RowsQuery, sought: readonly Sought[], rows: readonly object[]): readonly object[] {
  const hidden = hiddenColumns(query, sought).map((name) => HIDDEN + name);
  const shown = (row: object): object =>
    Object.fromEntries(Object.entries(row).filter(([key]) => !hidden.includes(key)));
  return hidden.length === 0 ? rows : rows.map(shown);
}

/** The columns that a search looks at, each once. */
export function soughtColumns(sought: readonly Sought[]): readonly ColumnDefinition[] {
  return [...new Map(sought.map(({ column }) => [column.name, column])).values()];
}

/** Finds what may be equal by its blind index, under every key in use. */
export async function blindCondition(
  vault: Vault,
  tenantId: string,
  table: string,
  column: ColumnDefinition,
  values: Iterable<string>,
): Promise<Condition> {
  const place = { table, column: column.name };
  const indexes = await Promise.all([...values].map((value) => vault.blindIndexes(tenantId, place, value)));
  return { kind: 'blind', column: column.name, indexes: [...new Set(indexes.flat())], negated: false };
}

/** The query as it is run: other conditions on the table, and the searched columns' values beside what was asked for. */
export function withConditions(
  query: RowsQuery,
  sought: readonly Sought[],
  replacements: ReadonlyMap<Condition, Condition>,
  added: readonly Condition[],
): RowsQuery {
  const level = query.levels.get('') ?? EMPTY_LEVEL;
  const conditions = [...replaced(level.conditions, replacements), ...added];
  const hidden = hiddenColumns(query, sought).map((name) => ({
    kind: 'column' as const,
    name,
    alias: HIDDEN + name,
    cast: null,
  }));
  return {
    ...query,
    select: [...query.select, ...hidden],
    levels: new Map([...query.levels, ['', { ...level, conditions }]]),
  };
}
