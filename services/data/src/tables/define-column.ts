import type { DataClass } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { parseDefault } from './column-default.js';
import { type ColumnType, parseColumnType } from './column-type.js';
import { checkColumnName } from './identifier.js';
import { type ColumnDefinition, isEncrypted, type TableDefinition } from './table-definition.js';

/** A column as it is asked for. */
export interface ColumnInput {
  readonly name: string;
  readonly type: string;
  readonly primaryKey?: boolean | null;
  readonly nullable?: boolean | null;
  readonly default?: unknown;
  readonly unique?: boolean | null;
  readonly classification?: string | null;
  readonly searchable?: boolean | null;
  readonly references?: { readonly table: string; readonly column: string; readonly onDelete?: string | null } | null;
}

/** Where a part of the column is in the request. */
type At = (part: string) => string;

/** @throws Fault naming the part of the column that is wrong; `path` is where the column is in the request */
export function defineColumn(input: ColumnInput, path = ''): ColumnDefinition {
  const at: At = (part) => (path ? `${path}.${part}` : part);
  const type = parseColumnType(input.type, at('type'));
  const column: ColumnDefinition = {
    name: checkColumnName(input.name, at('name')),
    type: type.sql,
    nullable: input.primaryKey ? false : (input.nullable ?? true),
    default: parseDefault(input.default, type, at('default')),
    unique: input.unique ?? false,
    classification: (input.classification ?? 'internal') as DataClass,
    ...(input.searchable && { searchable: true }),
  };
  checkKey(type, input, at);
  checkClassification(column, input, at);
  checkSearchable(column, type, at);
  return column;
}

function checkKey(type: ColumnType, { primaryKey, nullable, unique, references }: ColumnInput, at: At): void {
  if (primaryKey && nullable) {
    throw new Fault('invalid-input', { field: at('nullable'), detail: 'A primary key column is never empty' });
  }
  if ((type.family === 'json' || type.array) && (primaryKey || unique || references)) {
    throw new Fault('invalid-input', { field: at('type'), detail: `A ${type.sql} column can't be a key` });
  }
}

/** Encrypted values can't be compared, and keys are named in addresses and in the audit trail. */
function checkClassification(column: ColumnDefinition, input: ColumnInput, at: At): void {
  const isOpen = column.classification === 'none' || column.classification === 'internal';
  if (input.primaryKey && !isOpen) {
    throw new Fault('invalid-input', {
      field: at('classification'),
      detail: 'A primary key is part of addresses and of the audit trail, so it can only be none or internal',
    });
  }
  if (!isEncrypted(column)) {
    return;
  }
  const refused = column.unique ? 'unique' : input.references ? 'references' : column.default ? 'default' : null;
  if (refused) {
    throw new Fault('invalid-input', {
      field: at(refused),
      detail: `A ${column.classification} column is stored encrypted, so it can't have ${refused}`,
    });
  }
}

/** So that the name of the column with its blind indexes fits too. */
const MAX_SEARCHABLE_NAME = 57;
/** What has one spelling for one value; there are too few booleans to be found by. */
const SEARCHABLE: readonly ColumnType['family'][] = ['text', 'uuid', 'integer', 'date'];

function checkSearchable(column: ColumnDefinition, type: ColumnType, at: At): void {
  if (!column.searchable) {
    return;
  }
  if (!isEncrypted(column)) {
    const detail = 'Only phi and secret columns are made searchable; all others are already';
    throw new Fault('invalid-input', { field: at('searchable'), detail });
  }
  if (type.array || !SEARCHABLE.includes(type.family)) {
    const detail = `A ${type.sql} column can't be searchable: text, varchar, uuid, date and whole numbers can`;
    throw new Fault('invalid-input', { field: at('searchable'), detail });
  }
  if (column.name.length > MAX_SEARCHABLE_NAME) {
    const detail = `A searchable column has a name of at most ${MAX_SEARCHABLE_NAME} characters`;
    throw new Fault('invalid-input', { field: at('name'), detail });
  }
}

const SEALABLE_KEYS = /^(uuid|text|varchar.*|smallint|integer|bigint)$/;

/**
 * An encrypted value is bound to its row by the row's key, so the key must have one spelling.
 * @throws Fault `invalid-input`
 */
export function assertSealable({ columns, primaryKey }: TableDefinition, field: string): void {
  const key = columns.find(({ name, type }) => primaryKey.includes(name) && !SEALABLE_KEYS.test(type));
  if (key && columns.some(isEncrypted)) {
    throw new Fault('invalid-input', {
      field,
      detail: `A table with encrypted columns has a primary key of uuid, text or whole numbers, but ${key.name} is ${key.type}`,
    });
  }
}
