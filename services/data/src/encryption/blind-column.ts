import type { ColumnDefinition } from '../tables/table-definition.js';

const SUFFIX = '$blind';

/** The column of the database that has a searchable column's blind indexes. No column of a table is called so. */
export function blindName(column: string): string {
  return `${column}${SUFFIX}`;
}

/** Whether a column of the database is not one of the table's, but one that has blind indexes. */
export function isBlind(name: string): boolean {
  return name.endsWith(SUFFIX);
}

/** The columns of the blind indexes of those columns that have one. */
export function blindColumns(columns: readonly ColumnDefinition[]): readonly ColumnDefinition[] {
  return columns
    .filter(({ searchable }) => searchable)
    .map(({ name }) => ({
      name: blindName(name),
      type: 'integer',
      nullable: true,
      default: null,
      unique: false,
      classification: 'internal',
    }));
}
