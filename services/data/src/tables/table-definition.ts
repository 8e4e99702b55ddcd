import type { DataClass } from '@tenantry/contracts';
import type { Action } from '../access/access-rule.js';
import type { Principal } from '../access/principal.js';
import { parseColumnType } from './column-type.js';

/** A column's value when none is given. */
export type ColumnDefault =
  { readonly literal: unknown } | { readonly function: 'now()' | 'uuidv7()' | 'gen_random_uuid()' };

/** One column. `tenant_id`, which every table has, is not among them. */
export interface ColumnDefinition {
  readonly name: string;
  /** In Postgres' spelling, from the allow-list. An encrypted column's values have this type once they are opened. */
  readonly type: string;
  readonly nullable: boolean;
  readonly default: ColumnDefault | null;
  readonly unique: boolean;
  readonly classification: DataClass;
  /** Whether rows are found by its encrypted values: it has a blind index. */
  readonly searchable?: boolean;
}

export type OnDelete = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

/** A foreign key; `tenant_id` comes before its columns on both sides, so that it never leads to another tenant. */
export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly table: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete: OnDelete;
}

/** What some roles or kinds of keys may do with a table's rows. */
export interface AccessRule {
  readonly to: readonly Principal[];
  readonly actions: readonly Action[];
  /** Null for all. */
  readonly columns: readonly string[] | null;
  readonly rows: 'all' | 'own';
}

/**
 * A table: everything from which its DDL, the row API, encryption, auditing and privacy requests follow. It is stored
 * as JSON, and is the argument of the database function that runs the DDL.
 */
export interface TableDefinition {
  readonly name: string;
  readonly kind: 'tenant' | 'product' | 'system';
  readonly columns: readonly ColumnDefinition[];
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly subjectColumn: string | null;
  readonly ownerColumn: string | null;
  readonly access: readonly AccessRule[];
  /** RFC 3339. */
  readonly createdAt: string;
}

/** Finds tables by name while a definition is checked. */
export type TableLookup = (name: string) => TableDefinition | undefined;

/** The column of a name, if the table has it. */
export function columnOf(table: TableDefinition, name: string): ColumnDefinition | undefined {
  return table.columns.find((column) => column.name === name);
}

/** Whether the values of a class are stored encrypted. */
export function isEncrypted(column: Pick<ColumnDefinition, 'classification'>): boolean {
  return column.classification === 'phi' || column.classification === 'secret';
}

/** The type of a column as Postgres has it: an encrypted value is text. */
export function storedType(column: ColumnDefinition): string {
  return isEncrypted(column) ? 'text' : parseColumnType(column.type).sql;
}

/** Whether rows can be pointed at by these columns: the primary key or one unique column. */
export function isKey(table: TableDefinition, columns: readonly string[]): boolean {
  const isPrimary =
    columns.length === table.primaryKey.length && columns.every((name) => table.primaryKey.includes(name));
  return isPrimary || (columns.length === 1 && columnOf(table, columns[0]!)?.unique === true);
}
