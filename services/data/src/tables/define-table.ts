import { Fault } from '@tenantry/kernel';
import { checkAccess, type AccessInput } from '../access/check-access.js';
import { assertSealable, type ColumnInput, defineColumn } from './define-column.js';
import { checkForeignKey, type ForeignKeyInput, referenceFields } from './define-foreign-key.js';
import { checkTableName } from './identifier.js';
import {
  type ColumnDefinition,
  columnOf,
  isEncrypted,
  type TableDefinition,
  type TableLookup,
} from './table-definition.js';

/** A table as it is asked for. */
export interface TableInput {
  readonly name: string;
  readonly columns: readonly ColumnInput[];
  readonly subjectColumn?: string | null;
  readonly ownerColumn?: string | null;
  readonly access?: readonly AccessInput[];
}

const IMPLICIT_KEY: ColumnDefinition = {
  name: 'id',
  type: 'uuid',
  nullable: false,
  default: { function: 'uuidv7()' },
  unique: false,
  classification: 'none',
};

/**
 * Turns a request into a definition. Every problem names the field at fault; what only Postgres can tell (a literal of
 * an exotic type) is refused there.
 * @throws Fault
 */
export function defineTable(
  input: TableInput,
  kind: TableDefinition['kind'],
  lookup: TableLookup,
  now: Date,
): TableDefinition {
  const name = checkTableName(input.name);
  const given = input.columns.map((column, index) => defineColumn(column, `columns[${index}]`));
  checkDistinct(given);
  const declaredKey = input.columns.filter((column) => column.primaryKey).map((column) => column.name);
  const columns = declaredKey.length ? given : withImplicitKey(given);
  const bare: TableDefinition = {
    name,
    kind,
    columns,
    primaryKey: declaredKey.length ? declaredKey : [IMPLICIT_KEY.name],
    foreignKeys: [],
    subjectColumn: input.subjectColumn ?? null,
    ownerColumn: input.ownerColumn ?? null,
    access: [],
    createdAt: now.toISOString(),
  };
  checkSpecialColumns(bare);
  assertSealable(bare, 'columns');
  const access = checkAccess(bare, input.access ?? []);
  return { ...bare, access, foreignKeys: foreignKeysOf(bare, input.columns, lookup) };
}

/** The foreign keys that columns declare. */
function foreignKeysOf(
  table: TableDefinition,
  columns: readonly ColumnInput[],
  lookup: TableLookup,
): TableDefinition['foreignKeys'] {
  return columns.flatMap((column, index) => {
    if (!column.references) {
      return [];
    }
    const input: ForeignKeyInput = {
      columns: [column.name],
      referencedTable: column.references.table,
      referencedColumns: [column.references.column],
      onDelete: column.references.onDelete,
    };
    return [checkForeignKey(table, input, lookup, referenceFields(`columns[${index}].references`))];
  });
}

function checkDistinct(columns: readonly ColumnDefinition[]): void {
  const seen = new Set<string>();
  columns.forEach(({ name }, index) => {
    const key = name.toLowerCase();
    if (seen.has(key)) {
      throw new Fault('column-exists', {
        field: `columns[${index}].name`,
        detail: `The column ${name} is given twice`,
      });
    }
    seen.add(key);
  });
}

function withImplicitKey(columns: readonly ColumnDefinition[]): readonly ColumnDefinition[] {
  if (columns.some((column) => column.name.toLowerCase() === IMPLICIT_KEY.name)) {
    throw new Fault('invalid-input', {
      field: 'columns',
      detail: 'No column is the primary key. Mark one with primaryKey, or leave the name id free for one that is added',
    });
  }
  return [IMPLICIT_KEY, ...columns];
}

function checkSpecialColumns(table: TableDefinition): void {
  const { subjectColumn, ownerColumn } = table;
  if (subjectColumn !== null && !columnOf(table, subjectColumn)) {
    throw new Fault('invalid-input', { field: 'subjectColumn', detail: `There is no column ${subjectColumn}` });
  }
  if (ownerColumn === null) {
    return;
  }
  const owner = columnOf(table, ownerColumn);
  if (!owner || isEncrypted(owner) || !['uuid', 'text'].includes(owner.type)) {
    throw new Fault('invalid-input', {
      field: 'ownerColumn',
      detail: 'ownerColumn must name a uuid or text column that is not encrypted',
    });
  }
}
