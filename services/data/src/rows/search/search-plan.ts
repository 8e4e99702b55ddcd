import type { Vault } from '@tenantry/database';
import type { ColumnDefinition } from '../../tables/table-definition.js';
import { type Condition, EMPTY_LEVEL, type RowsQuery } from '../query/query.js';
import { replaced, type Sought } from './sought.js';

/** Gives the values of a searched column to whoever decides by them; nobody else's column is called so. */
export function hiddenName(column: string): string {
  return `$:${column}`;
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
  const hidden = soughtColumns(sought).map(({ name }) => ({
    kind: 'column' as const,
    name,
    alias: hiddenName(name),
    cast: null,
  }));
  return {
    ...query,
    select: [...query.select, ...hidden],
    levels: new Map([...query.levels, ['', { ...level, conditions }]]),
  };
}
