import { identifier, join, sql, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { target } from '../subjects/place-statements.js';
import { type ColumnType, parseColumnType } from '../tables/column-type.js';
import { columnOf, type ForeignKey, isEncrypted } from '../tables/table-definition.js';

/** The date from which a rule counts, of a row under the alias `t`. */
export interface RuleDate {
  readonly value: Sql;
  readonly type: ColumnType;
}

/**
 * Finds it in the row itself (`closed_at`), or in the row that one of its foreign keys points to (`contract.ends_on`: the column `ends_on` of what `contract`
 * names), so that what belongs to a contract is kept until so long after its end. Empty where either is.
 * @throws Fault `invalid-input` when the tables, as they are now, have no such date
 */
export function dateOf(space: TableSpace, table: PlacedTable, dateColumn: string): RuleDate {
  const [first = '', second, ...others] = dateColumn.split('.');
  if (second === undefined) return { value: identifier('t', first), type: dateTypeOf(table, first) };
  const key = table.definition.foreignKeys.find(({ columns }) => columns.includes(first));
  const named = key && space.table(key.table);
  if (!named || others.length > 0) {
    const detail = `${table.definition.name} has no foreign key of a column ${first.slice(0, 63)} to a table with dates`;
    throw new Fault('invalid-input', { field: 'dateColumn', detail });
  }
  return { value: throughKey(key, named, second), type: dateTypeOf(named, second) };
}

function throughKey({ columns, referencedColumns }: ForeignKey, named: PlacedTable, column: string): Sql {
  const same = columns.map((name, n) => sql`${identifier('named', referencedColumns[n]!)} = ${identifier('t', name)}`);
  return sql`(select ${identifier('named', column)} from ${target(named)} named
    where named.tenant_id = t.tenant_id and ${join(same, ' and ')})`;
}

function dateTypeOf({ definition }: PlacedTable, name: string): ColumnType {
  const column = columnOf(definition, name);
  const type = column && parseColumnType(column.type);
  const isDate = type && !type.array && (type.family === 'date' || type.family === 'timestamp');
  if (!column || !isDate || isEncrypted(column)) {
    const detail = `${definition.name} has no date or timestamp column ${name.slice(0, 63)} that is not encrypted`;
    throw new Fault('invalid-input', { field: 'dateColumn', detail });
  }
  return type;
}
