import type { SchemaColumn, SchemaForeignKey, SchemaTable } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { TableSpace } from '../spaces/table-space.js';
import { defaultValue } from '../tables/table-message.js';
import { columnOf, type TableDefinition } from '../tables/table-definition.js';

/** A table as the functions spell it. */
export function schemaTable({ name, kind, columns }: TableDefinition): SchemaTable {
  return { table_name: name, table_kind: kind, column_count: columns.length };
}

/** The columns of a table as the functions spell them. */
export function schemaColumns(table: TableDefinition): SchemaColumn[] {
  return table.columns.map((column, index) => ({
    table_name: table.name,
    column_name: column.name,
    ordinal_position: index + 1,
    data_type: column.type,
    is_nullable: column.nullable,
    is_primary_key: table.primaryKey.includes(column.name),
    is_unique: column.unique,
    column_default: defaultValue(column),
    classification: column.classification,
  }));
}

/** One column of a table that has it. */
export function schemaColumn(table: TableDefinition, name: string): SchemaColumn {
  return schemaColumns(table)[table.columns.indexOf(columnOf(table, name)!)]!;
}

/** The foreign keys of a table as the functions spell them. */
export function schemaForeignKeys({ name, foreignKeys }: TableDefinition): SchemaForeignKey[] {
  return foreignKeys.map((key) => ({
    constraint_name: key.name,
    table_name: name,
    column_name: key.columns[0]!,
    foreign_table_name: key.table,
    foreign_column_name: key.referencedColumns[0]!,
    on_delete: key.onDelete,
  }));
}

/** The definition of a table that the tenant has. @throws Fault `not-found` */
export function definitionIn(space: TableSpace, name: string): TableDefinition {
  const table = space.table(name);
  if (!table) {
    throw new Fault('not-found');
  }
  return table.definition;
}
