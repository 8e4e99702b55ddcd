import type { ColumnDefinition, TableDefinition } from '../tables/table-definition.js';

/** Whether a column has health information about people. */
export function isHealthData({ classification }: Pick<ColumnDefinition, 'classification'>): boolean {
  return classification === 'phi';
}

/** The first column by which rows would bring health information in; null clears it and brings none. */
export function newHealthColumn(
  { columns }: Pick<TableDefinition, 'columns'>,
  rows: readonly Readonly<Record<string, unknown>>[],
): ColumnDefinition | undefined {
  return columns
    .filter(isHealthData)
    .find(({ name }) => rows.some((row) => row[name] !== undefined && row[name] !== null));
}

/** The first column of health information that a changed table has and did not have before. */
export function addedHealthColumn(
  before: Pick<TableDefinition, 'columns'> | undefined,
  after: Pick<TableDefinition, 'columns'> | null,
): ColumnDefinition | undefined {
  const known = new Set(before?.columns.filter(isHealthData).map(({ name }) => name));
  return after?.columns.find((column) => isHealthData(column) && !known.has(column.name));
}
