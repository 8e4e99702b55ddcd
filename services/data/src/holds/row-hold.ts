import type { HoldRowsRequest } from '@tenantry/contracts';
import { join, raw, sql, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { EVERY_ROW, printRowFilter } from '../rows/row-filter.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { PlaceStatements } from '../subjects/place-statements.js';
import { walkFrom } from '../subjects/subject-walk.js';

/** What a legal hold holds: a table, a person's rows in every table, or the rows of a table that match a filter. */
export interface RowHold {
  readonly id: string;
  readonly table: string;
  readonly subjectKey: string | null;
  readonly filter: string | null;
}

/** @throws Fault `invalid-input` when it could hold nothing: no such table, nobody's rows, or a filter that can not be asked */
export function rowHoldOf({ holdId: id, table, subjectKey, filter }: HoldRowsRequest, space: TableSpace): RowHold {
  const hold = { id, table, subjectKey: subjectKey ?? null, filter: filter ?? null };
  const placed = space.table(table);
  if (!placed) throw new Fault('invalid-input', { field: 'table', detail: `There is no table ${table}` });
  if (hold.subjectKey !== null && hold.filter !== null) {
    throw new Fault('invalid-input', { field: 'filter', detail: 'Give subjectKey or filter, not both' });
  }
  heldCondition(space, hold, placed);
  return hold;
}

/**
 * Whether a hold holds a row of a table, under the alias `t`; the row may be one that is gone by now. Null where it holds nothing of the table.
 * @throws Fault `invalid-input` when the tables have changed so that it can not be told
 */
export function heldCondition(space: TableSpace, hold: RowHold, table: PlacedTable): Sql | null {
  if (hold.subjectKey !== null) return ofPerson(space, hold.table, hold.subjectKey, table.definition.name);
  if (hold.table !== table.definition.name) return null;
  return hold.filter === null ? EVERY_ROW : printRowFilter(table, hold.filter);
}

function ofPerson(space: TableSpace, seedTable: string, value: string, table: string): Sql | null {
  const walk = walkFrom(space, [{ table: seedTable, value }]);
  const place = walk.own.find((one) => one.table.definition.name === table);
  return place ? new PlaceStatements(walk).describes(place) : null;
}

/** Whether any of the holds holds a row of a table under the alias `t`. A hold that can't be told any more holds the whole table. */
export function heldByAny(space: TableSpace, holds: readonly RowHold[], table: PlacedTable): Sql {
  const conditions = holds.flatMap((hold) => conditionOrAll(space, hold, table) ?? []);
  return conditions.length === 0 ? raw('false') : sql`coalesce(${join(conditions.map(bracketed), ' or ')}, false)`;
}

/** As `heldCondition`, on the safe side: rows whose hold can't be told any more are held. */
export function conditionOrAll(space: TableSpace, hold: RowHold, table: PlacedTable): Sql | null {
  try {
    return heldCondition(space, hold, table);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return hold.table === table.definition.name ? EVERY_ROW : null;
  }
}

const bracketed = (condition: Sql): Sql => sql`(${condition})`;

/** What whoever wanted to change the rows is told. */
export function rowsHeld(holdId: string, table: string): Fault {
  return new Fault('rows-held', {
    field: 'query',
    detail: `Rows of ${table} are under a legal hold and can neither be changed nor deleted until it is released`,
    extra: { hold: holdId, table },
  });
}
