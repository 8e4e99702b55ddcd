import { Fault } from '@tenantry/kernel';
import { assertSealable, type ColumnInput, defineColumn } from './define-column.js';
import { checkForeignKey, type ForeignKeyInput, referenceFields } from './define-foreign-key.js';
import type { SchemaStep } from './schema-step.js';
import {
  columnOf,
  type ColumnDefinition,
  type ForeignKey,
  type TableDefinition,
  type TableLookup,
} from './table-definition.js';

/** How many columns a table can have. */
export const MAX_COLUMNS = 200;

/** A column and its foreign key, added. @throws Fault */
export function withColumn(
  table: TableDefinition,
  input: ColumnInput,
  lookup: TableLookup,
): { table: TableDefinition; column: ColumnDefinition; foreignKey: ForeignKey | null } {
  const column = defineColumn({ ...input, primaryKey: false });
  if (table.columns.some(({ name }) => name.toLowerCase() === column.name.toLowerCase())) {
    throw new Fault('column-exists', { field: 'name' });
  }
  if (table.columns.length >= MAX_COLUMNS) {
    throw new Fault('conflict', { field: 'name', detail: `A table has at most ${MAX_COLUMNS} columns` });
  }
  const wider = { ...table, columns: [...table.columns, column] };
  assertSealable(wider, 'classification');
  if (!input.references) {
    return { table: wider, column, foreignKey: null };
  }
  const { references } = input;
  const foreignKey = checkForeignKey(
    wider,
    {
      columns: [column.name],
      referencedTable: references.table,
      referencedColumns: [references.column],
      onDelete: references.onDelete,
    },
    lookup,
    referenceFields('references'),
  );
  return { table: { ...wider, foreignKeys: [...wider.foreignKeys, foreignKey] }, column, foreignKey };
}

/** Foreign keys of any table that point at one column, or at any column, of a table. */
export function referencesTo(
  tables: Iterable<TableDefinition>,
  target: string,
  column?: string,
): readonly { table: string; key: ForeignKey }[] {
  return [...tables].flatMap((table) =>
    table.foreignKeys
      .filter((key) => key.table === target && (column === undefined || key.referencedColumns.includes(column)))
      .map((key) => ({ table: table.name, key })),
  );
}

function refuse(field: string, detail: string): never {
  throw new Fault('conflict', { field, detail });
}

/** A column dropped, and before it the foreign keys that start at it. @throws Fault */
export function withoutColumn(
  table: TableDefinition,
  name: string,
  tables: Iterable<TableDefinition>,
): { table: TableDefinition; steps: readonly SchemaStep[] } {
  if (!columnOf(table, name)) {
    throw new Fault('not-found');
  }
  if (table.primaryKey.includes(name)) {
    refuse('column', `${name} is part of the primary key`);
  }
  if (table.ownerColumn === name || table.subjectColumn === name) {
    refuse('column', `${name} is the table's ${table.ownerColumn === name ? 'owner' : 'subject'} column`);
  }
  if (table.access.some((rule) => rule.columns?.includes(name))) {
    refuse('column', `An access rule of the table names ${name}`);
  }
  const [reference] = referencesTo(tables, table.name, name);
  if (reference) {
    refuse('column', `The foreign key ${reference.key.name} of ${reference.table} refers to ${name}`);
  }
  const [going, staying] = [true, false].map((goes) =>
    table.foreignKeys.filter((key) => key.columns.includes(name) === goes),
  );
  return {
    table: { ...table, columns: table.columns.filter((column) => column.name !== name), foreignKeys: staying! },
    steps: [
      ...going!.map((key) => ({ do: 'drop_foreign_key', table: table.name, name: key.name }) as const),
      { do: 'drop_column', table: table.name, column: name },
    ],
  };
}

/** A foreign key added. @throws Fault */
export function withForeignKey(
  table: TableDefinition,
  input: ForeignKeyInput,
  lookup: TableLookup,
): { table: TableDefinition; foreignKey: ForeignKey } {
  const foreignKey = checkForeignKey(table, input, lookup);
  return { table: { ...table, foreignKeys: [...table.foreignKeys, foreignKey] }, foreignKey };
}

/** A foreign key dropped. @throws Fault `not-found` */
export function withoutForeignKey(table: TableDefinition, name: string): TableDefinition {
  if (!table.foreignKeys.some((key) => key.name === name)) {
    throw new Fault('not-found');
  }
  return { ...table, foreignKeys: table.foreignKeys.filter((key) => key.name !== name) };
}

/** Whether a table can go. @throws Fault `conflict` while another table refers to it */
export function assertDroppable(table: TableDefinition, tables: Iterable<TableDefinition>): void {
  const others = [...tables].filter(({ name }) => name !== table.name);
  const [reference] = referencesTo(others, table.name);
  if (reference) {
    refuse('table', `The foreign key ${reference.key.name} of ${reference.table} refers to it`);
  }
}
