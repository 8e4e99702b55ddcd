import type { Table, TableColumn } from '@tenantry/contracts';
import type { ColumnDefinition, TableDefinition } from './table-definition.js';

type Part = 'columns' | 'primaryKey' | 'foreignKeys' | 'access' | 'subjectColumn' | 'ownerColumn';

/** What tenant and product tables have in common, as the contract spells it. */
export function definitionMessage(table: TableDefinition): Pick<Table, Part> {
  return {
    columns: table.columns.map((column) => columnMessage(table, column)),
    primaryKey: [...table.primaryKey],
    foreignKeys: table.foreignKeys.map((key) => ({
      ...key,
      columns: [...key.columns],
      referencedColumns: [...key.referencedColumns],
    })),
    access: table.access.map((rule) => ({
      ...rule,
      to: [...rule.to],
      actions: [...rule.actions],
      columns: [...(rule.columns ?? [])],
    })),
    subjectColumn: table.subjectColumn,
    ownerColumn: table.ownerColumn,
  };
}

/** A table as the contract spells it. */
export function tableMessage(table: TableDefinition): Table {
  const { name, kind, createdAt } = table;
  return { name, kind, ...definitionMessage(table), createdAt: new Date(createdAt) };
}

function columnMessage({ primaryKey, foreignKeys }: TableDefinition, column: ColumnDefinition): TableColumn {
  const { name, type, nullable, unique, classification } = column;
  const key = foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === name);
  return {
    name,
    type,
    nullable,
    unique,
    classification,
    primaryKey: primaryKey.includes(name),
    searchable: column.searchable ?? false,
    default: defaultValue(column),
    references: key ? { table: key.table, column: key.referencedColumns[0]!, onDelete: key.onDelete } : null,
  };
}

/** A default as it was given. */
export function defaultValue({ default: value }: ColumnDefinition): unknown {
  return value === null ? null : 'function' in value ? value.function : value.literal;
}
