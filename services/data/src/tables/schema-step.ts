import { blindColumns } from '../encryption/blind-column.js';
import { policiesOf, type Policies } from '../access/access-rule.js';
import { literalText } from './column-default.js';
import { parseColumnType } from './column-type.js';
import { type ColumnDefinition, type ForeignKey, storedType, type TableDefinition } from './table-definition.js';

/** One piece of DDL as the database function takes it. It can say nothing that these types can't. */
export type SchemaStep =
  | {
      readonly do: 'create_table';
      readonly table: string;
      readonly columns: readonly StepColumn[];
      readonly primaryKey: readonly string[];
      readonly classes: Readonly<Record<string, string>>;
      readonly subject: string | null;
    }
  | {
      readonly do: 'add_column';
      readonly table: string;
      readonly column: StepColumn;
      readonly classes: Readonly<Record<string, string>>;
    }
  | { readonly do: 'drop_column'; readonly table: string; readonly column: string }
  | { readonly do: 'add_foreign_key'; readonly table: string; readonly key: ForeignKey }
  | { readonly do: 'drop_foreign_key'; readonly table: string; readonly name: string }
  | {
      readonly do: 'set_access';
      readonly table: string;
      readonly ownerColumn: string | null;
      readonly policies: Policies;
    }
  | { readonly do: 'drop_table'; readonly table: string };

interface StepColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly searchable: boolean;
  readonly default: { readonly function: string } | { readonly literal: string } | null;
}

function stepColumn(column: ColumnDefinition): StepColumn {
  const { name, nullable, unique } = column;
  const value = column.default;
  const literal =
    value && 'literal' in value ? { literal: literalText(value.literal, parseColumnType(column.type)) } : null;
  return {
    name,
    type: storedType(column),
    nullable,
    unique,
    searchable: column.searchable ?? false,
    default: literal ?? (value && 'function' in value ? value : null),
  };
}

function classesOf(columns: readonly ColumnDefinition[]): Record<string, string> {
  const all = [...columns, ...blindColumns(columns)];
  return Object.fromEntries(all.map(({ name, classification }) => [name, classification]));
}

/** Makes a table with everything that its definition says. */
export function createTableSteps(table: TableDefinition): readonly SchemaStep[] {
  const { name, columns, primaryKey, foreignKeys, subjectColumn } = table;
  return [
    {
      do: 'create_table',
      table: name,
      columns: columns.map(stepColumn),
      primaryKey,
      classes: classesOf(columns),
      subject: subjectColumn,
    },
    ...foreignKeys.map((key) => ({ do: 'add_foreign_key', table: name, key }) as const),
    accessStep(table),
  ];
}

/** Sets the policies that follow from a table's access rules. */
export function accessStep(table: TableDefinition): SchemaStep {
  return { do: 'set_access', table: table.name, ownerColumn: table.ownerColumn, policies: policiesOf(table) };
}

/** Adds a column and, if it refers to something, its foreign key. */
export function addColumnSteps(table: string, column: ColumnDefinition, key: ForeignKey | null): readonly SchemaStep[] {
  const add = { do: 'add_column', table, column: stepColumn(column), classes: classesOf([column]) } as const;
  return key ? [add, { do: 'add_foreign_key', table, key }] : [add];
}
