import type { DataSubject } from '@tenantry/database';
import { isExactNumber } from '../rows/json.js';
import { plaintextOf } from '../rows/sealed-value.js';
import type { TableSpace } from '../spaces/table-space.js';
import { columnOf, type TableDefinition } from '../tables/table-definition.js';
import { personKeysOf } from './person-keys.js';
import type { Walk } from './subject-walk.js';

/** Whom a row's values are about: the one whom it names, or the row itself where it names nobody or several. */
export function subjectOf(
  space: TableSpace,
  table: TableDefinition,
  row: Readonly<Record<string, unknown>>,
  rowId: string,
): DataSubject {
  const column = personKeysOf(space).namedBy(table);
  const named = column === undefined ? null : row[column];
  if (named === undefined || named === null) return rowSubject(table.name, rowId);
  return personSubject(table, column!, typeof named === 'object' && isExactNumber(named) ? named.rawJSON : named);
}

export function rowSubject(table: string, value: string): DataSubject {
  return { table, kind: 'row', value };
}

/** A person in every table that names them alone, but those whose rows are kept. */
export function subjectsOf(space: TableSpace, { own }: Pick<Walk, 'own'>, kept: ReadonlySet<string>): DataSubject[] {
  const people = personKeysOf(space);
  return own.flatMap(({ table: { definition }, direct }) => {
    const column = kept.has(definition.name) ? undefined : people.namedBy(definition);
    const named = direct.filter((one) => one.column === column);
    return named.flatMap(({ values }) => values.map((value) => personSubject(definition, column!, value)));
  });
}

/** The same person however the value was spelt: as the column's type keeps it. */
function personSubject(table: TableDefinition, column: string, value: unknown): DataSubject {
  return { table: table.name, kind: 'person', value: plaintextOf(columnOf(table, column)!, value) };
}
