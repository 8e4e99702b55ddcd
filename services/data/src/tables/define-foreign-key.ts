import { Fault } from '@tenantry/kernel';
import { parseColumnType } from './column-type.js';
import { checkName, constraintName } from './identifier.js';
import {
  columnOf,
  type ForeignKey,
  isEncrypted,
  isKey,
  type OnDelete,
  type TableDefinition,
  type TableLookup,
} from './table-definition.js';

/** A foreign key as it is asked for. */
export interface ForeignKeyInput {
  readonly name?: string | null;
  readonly columns: readonly string[];
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete?: string | null;
}

/** How the request calls the parts of a foreign key, so that a problem names the right one. */
export interface ForeignKeyFields {
  readonly columns: string;
  readonly referencedTable: string;
  readonly referencedColumns: string;
  readonly onDelete: string;
}

export const FOREIGN_KEY_FIELDS: ForeignKeyFields = {
  columns: 'columns',
  referencedTable: 'referencedTable',
  referencedColumns: 'referencedColumns',
  onDelete: 'onDelete',
};

/** The fields of a column's own `references`. */
export function referenceFields(path: string): ForeignKeyFields {
  return {
    columns: path,
    referencedTable: `${path}.table`,
    referencedColumns: `${path}.column`,
    onDelete: `${path}.onDelete`,
  };
}

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

/** @throws Fault `invalid-input` or `conflict`, naming the field */
export function checkForeignKey(
  table: TableDefinition,
  input: ForeignKeyInput,
  lookup: TableLookup,
  fields: ForeignKeyFields = FOREIGN_KEY_FIELDS,
): ForeignKey {
  const target = input.referencedTable === table.name ? table : lookup(input.referencedTable);
  if (!target) {
    refuse(fields.referencedTable, `There is no table ${input.referencedTable}`);
  }
  if (table.kind === 'product' && target.kind !== 'product') {
    refuse(fields.referencedTable, 'A product table can only refer to product tables');
  }
  checkColumns(table, target, input, fields);
  const onDelete = (input.onDelete ?? 'no action') as OnDelete;
  if (onDelete === 'set null' && input.columns.some((name) => !columnOf(table, name)?.nullable)) {
    refuse(fields.onDelete, 'A column that is never empty can not be set to null');
  }
  const name = input.name == null ? constraintName(table.name, input.columns, 'fkey') : checkName(input.name, 'name');
  if (table.foreignKeys.some((key) => key.name === name)) {
    throw new Fault('conflict', { field: 'name', detail: `The table has a foreign key ${name} already` });
  }
  return { name, columns: input.columns, table: target.name, referencedColumns: input.referencedColumns, onDelete };
}

function checkColumns(
  table: TableDefinition,
  target: TableDefinition,
  { columns, referencedColumns }: ForeignKeyInput,
  fields: ForeignKeyFields,
): void {
  if (columns.length !== referencedColumns.length) {
    refuse(fields.referencedColumns, 'A foreign key has as many columns here as there');
  }
  columns.forEach((name, index) => {
    const other = referencedColumns[index]!;
    const column = columnOf(table, name) ?? refuse(fields.columns, `There is no column ${name}`);
    const referenced =
      columnOf(target, other) ?? refuse(fields.referencedColumns, `${target.name} has no column ${other}`);
    if (isEncrypted(column) || isEncrypted(referenced)) {
      refuse(fields.columns, 'An encrypted column can not be part of a foreign key');
    }
    if (parseColumnType(column.type).family !== parseColumnType(referenced.type).family) {
      refuse(fields.columns, `${name} is ${column.type}, but ${target.name}.${other} is ${referenced.type}`);
    }
  });
  if (!isKey(target, referencedColumns)) {
    refuse(
      fields.referencedColumns,
      `${referencedColumns.join(', ')} is neither the primary key of ${target.name} nor unique`,
    );
  }
}
