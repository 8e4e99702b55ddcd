import { join, raw, sql, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { heldByAny, type RowHold } from '../holds/row-hold.js';
import { EVERY_ROW, printRowFilter } from '../rows/row-filter.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { target } from '../subjects/place-statements.js';
import { cutoffOf } from './retention-log.js';
import type { RetentionRule } from './retention-rule.js';
import { keysOf, keyText } from './row-key.js';
import { dateOf } from './rule-date.js';
import { SIGHTINGS, wasSeen } from './sighting.js';

/** What a rule says, without its state. */
export type Terms = Pick<RetentionRule, 'id' | 'table' | 'filter' | 'dateColumn' | 'keepDays'>;

/** When it is asked, and in which time zone dates without a time are meant. */
export interface Moment {
  readonly now: Date;
  readonly timeZone: string;
  /** Whether rows are told from images of what they were. */
  readonly images?: boolean;
}

/** Conditions on rows of one table under the alias `t`; none of them is unknown. */
export interface DueConditions {
  /** The rule is about the row. */
  readonly isAbout: Sql;
  /** The rule is about the row, and its days are over. */
  readonly isDue: Sql;
  readonly isHeld: Sql;
  /** Another rule in force is about the row, too, and its days are not over: the longest time counts. */
  readonly isKept: Sql;
  /** The rule is about the row, and its date is empty; or its days have not begun, where there is no date. */
  readonly isUndated: Sql;
}

/** @throws Fault `invalid-input` for a rule that the table, as it is now, can't be asked by */
export function dueConditions(
  space: TableSpace,
  table: PlacedTable,
  rule: Terms,
  {
    others,
    holds,
    moment,
  }: { readonly others: readonly Terms[]; readonly holds: readonly RowHold[]; readonly moment: Moment },
): DueConditions {
  const matches = matchSql(table, rule);
  const past = pastSql(space, table, rule, moment);
  return {
    isAbout: sql`coalesce(${matches}, false)`,
    isDue: sql`coalesce(${matches} and ${past}, false)`,
    isHeld: heldByAny(space, holds, table),
    isKept: keptByAny(
      space,
      table,
      others.filter(({ id }) => id !== rule.id),
      moment,
    ),
    isUndated: sql`(coalesce(${matches}, false) and ${isUndated(space, table, rule)})`,
  };
}

function isUndated(space: TableSpace, table: PlacedTable, { id, dateColumn }: Terms): Sql {
  if (dateColumn === SIGHTINGS) return sql`not ${wasSeen(table, id, null)}`;
  return sql`${dateOf(space, table, dateColumn).value} is null`;
}

/** Whether any of the rules keeps a row of the table. One that can't be asked any more keeps the whole table. */
export function keptByAny(space: TableSpace, table: PlacedTable, rules: readonly Terms[], moment: Moment): Sql {
  const conditions = rules
    .filter((rule) => rule.table === table.definition.name)
    .map((rule) => keptBy(space, table, rule, moment));
  return conditions.length === 0 ? raw('false') : sql`(${join(conditions, ' or ')})`;
}

function keptBy(space: TableSpace, table: PlacedTable, rule: Terms, moment: Moment): Sql {
  try {
    return sql`(coalesce(${matchSql(table, rule)}, false) and not coalesce(${pastSql(space, table, rule, moment)}, false))`;
  } catch (error) {
    if (error instanceof Fault) return EVERY_ROW;
    throw error;
  }
}

function matchSql(table: PlacedTable, { filter }: Terms): Sql {
  return filter === null ? EVERY_ROW : sql`(${printRowFilter(table, filter)})`;
}

function pastSql(space: TableSpace, table: PlacedTable, rule: Terms, { now, timeZone, images }: Moment): Sql {
  // A row that is gone already, and is told from its image, has no version: it is kept.
  if (rule.dateColumn === SIGHTINGS) return images ? raw('false') : wasSeen(table, rule.id, cutoffOf(rule, now));
  const { value: date, type } = dateOf(space, table, rule.dateColumn);
  const cutoff = sql`${cutoffOf(rule, now)}::timestamptz`;
  switch (type.sql) {
    case 'date':
      return sql`${date} < (${cutoff} at time zone ${timeZone})::date`;
    case 'timestamp':
      return sql`${date} < (${cutoff} at time zone 'UTC')`;
    default:
      return sql`${date} < ${cutoff}`;
  }
}

/** Counts what a rule would do, in one pass over the table. */
export function printDueCounts(table: PlacedTable, { isDue, isHeld, isKept, isUndated }: DueConditions): Sql {
  return sql`select count(*) filter (where due) as "rowsDue", count(*) filter (where due and held) as "rowsHeld",
      count(*) filter (where due and not held and kept) as "rowsKept", count(*) filter (where undated) as "rowsUndated"
    from (select ${isDue} as due, ${isHeld} as held, ${isKept} as kept, ${isUndated} as undated from ${target(table)} t) rows`;
}

/** The keys of the next rows that go, in the order of their keys, locked; rows that somebody else is changing are left for another day. */
export function printDueKeys(
  table: PlacedTable,
  { isDue, isHeld, isKept }: DueConditions,
  { afterKey, limit }: { readonly afterKey: readonly string[] | null; readonly limit: number },
): Sql {
  const keys = keysOf(table);
  const order = join(
    keys.map(({ name }) => name),
    ', ',
  );
  const after = afterKey
    ? sql`and (${order}) > (${join(
        keys.map(({ type }, n) => sql`${afterKey[n]!}::${type}`),
        ', ',
      )})`
    : raw('');
  return sql`select ${keyText(table)} as key from ${target(table)} t
    where ${isDue} and not ${isHeld} and not ${isKept} ${after} order by ${order} limit ${limit} for update of t skip locked`;
}

export function printDeleteKeys(table: PlacedTable, keys: readonly (readonly string[])[]): Sql {
  const columns = keysOf(table);
  const lists = columns.map(({ type }, n) => sql`${keys.map((key) => key[n]!)}::${type}[]`);
  return sql`delete from ${target(table)} t
    where (${join(
      columns.map(({ name }) => name),
      ', ',
    )}) in (select * from unnest(${join(lists, ', ')}))`;
}
