import { marksOf, packMarks, pairMarks, type ValueHasher, type ValueMark } from '@tenantry/kernel';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import type { ColumnDefinition, TableDefinition } from '../tables/table-definition.js';

/** A tenant's index of what its classified columns say. */
export interface ValueIndex {
  readonly sealedKey: string;
  /** Of the newest batch. */
  readonly version: bigint;
  /** How many rows have had something taken out. */
  readonly removals: bigint;
  /** The version of the tables that it is made for; null before the first batch. */
  readonly spaceVersion: string | null;
  readonly askedAt: Date;
}

/** How far the index of one table has come. */
export interface IndexedTable {
  readonly name: string;
  /** What of it is in the index. */
  readonly columns: readonly string[];
  readonly afterKey: readonly string[] | null;
  readonly isWalked: boolean;
}

const OPEN: readonly string[] = ['none', 'internal'];
const FAMILIES: readonly string[] = ['text', 'integer'];
const MAX_PAIRED_COLUMNS = 4;
const MAX_MARKS_PER_ROW = 100;

/** Who has not been asked for an index for so long does not need it. */
export const UNASKED_MS = 7 * 24 * 60 * 60 * 1_000;

/** The columns whose values are looked for: classified ones of texts and whole numbers. */
export function guardedColumns({ columns }: TableDefinition): readonly ColumnDefinition[] {
  return columns.filter(({ classification, type }) => {
    const { family, array } = parseColumnType(type);
    return !OPEN.includes(classification) && FAMILIES.includes(family) && !array;
  });
}

/** The tables that have such columns. */
export function guardedTables(space: TableSpace): readonly PlacedTable[] {
  return [...space.tables].filter(({ definition }) => guardedColumns(definition).length > 0);
}

/** What of a table is in the index, as one list: another one means that the table is indexed again. */
export function shapeOf({ definition }: PlacedTable): string[] {
  return guardedColumns(definition).map(({ name, classification }) => `${name}: ${classification}`);
}

/** The marks of a row: of each value, and of its first one-word values in pairs, by which people are named. */
export function marksOfRow(values: readonly (string | null)[], hasher: ValueHasher): Buffer {
  const said = values.filter((value) => value !== null);
  const alone = said.flatMap((value) => marksOf(value, hasher));
  const paired = said.filter((value) => /^\s*[^\s\d]+\s*$/.test(value)).slice(0, MAX_PAIRED_COLUMNS);
  const pairs = paired.flatMap((first, index) =>
    paired.slice(index + 1).flatMap((second) => pairMarks(first, second, hasher)),
  );
  return packMarks(distinct([...pairs, ...alone]).slice(0, MAX_MARKS_PER_ROW));
}

/** A row that says the same in two columns says it once. */
function distinct(marks: readonly ValueMark[]): ValueMark[] {
  return [...new Map(marks.map((mark) => [mark.hash, mark])).values()];
}
