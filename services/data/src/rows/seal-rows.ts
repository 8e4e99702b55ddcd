import type { Vault } from '@tenantry/database';
import { Fault, newId } from '@tenantry/kernel';
import { blindColumns, blindName } from '../encryption/blind-column.js';
import { columnOf, type ColumnDefinition, isEncrypted, type TableDefinition } from '../tables/table-definition.js';
import { rowKey } from './row-key.js';
import type { JsonRow } from './rows-body.js';
import { plaintextOf, placeOf } from './sealed-value.js';

/** Rows with their encrypted values sealed, and the columns they now give. */
export interface SealedRows {
  readonly rows: readonly JsonRow[];
  readonly columns: readonly ColumnDefinition[];
}

/**
 * Seals the encrypted values of rows to insert. A value is bound to its row's key, so the key must be known before Postgres
 * sees the row: a key that defaults to a UUID is made here.
 * @throws Fault `not-null-violation` for a row whose key nobody can know yet
 */
export async function sealRows(
  vault: Vault,
  tenantId: string,
  table: TableDefinition,
  rows: readonly JsonRow[],
  columns: readonly ColumnDefinition[],
): Promise<SealedRows> {
  const secret = columns.filter(isEncrypted);
  if (secret.length === 0) {
    return { rows, columns };
  }
  const keys = table.primaryKey.map((name) => columnOf(table, name)!);
  const added = keys.filter((key) => !columns.includes(key));
  const keyed = rows.map((row) => withKey(row, keys));
  const sealed = keyed.map(async (row) => ({ ...row, ...(await sealValues(vault, tenantId, table, row, secret)) }));
  return { rows: await Promise.all(sealed), columns: [...columns, ...blindColumns(secret), ...added] };
}

function withKey(row: JsonRow, keys: readonly ColumnDefinition[]): JsonRow {
  const made = keys
    .filter(({ name }) => row[name] === undefined || row[name] === null)
    .map((key) => [key.name, madeKey(key)]);
  return made.length ? { ...row, ...Object.fromEntries(made) } : row;
}

function madeKey({ name, default: value }: ColumnDefinition): string {
  if (value && 'function' in value && value.function !== 'now()') {
    return newId();
  }
  throw new Fault('not-null-violation', {
    field: name,
    detail: `${name} must be given, because the row has encrypted values`,
  });
}

/** The encrypted values of one row, sealed, and their blind indexes; the row has its key. */
export async function sealValues(
  vault: Vault,
  tenantId: string,
  table: TableDefinition,
  row: JsonRow,
  secret: readonly ColumnDefinition[],
): Promise<JsonRow> {
  const id = keyOf(table, row);
  const entries = secret
    .filter(({ name }) => row[name] !== undefined && row[name] !== null)
    .map(async (column) => {
      const place = placeOf(table.name, column.name, id);
      return [column.name, await vault.seal(tenantId, place, plaintextOf(column, row[column.name]))] as const;
    });
  const indexed = secret.filter(({ searchable }) => searchable);
  const blind = indexed.map(async (column) => [
    blindName(column.name),
    await blindIndexOf(vault, tenantId, table, column, row[column.name]),
  ]);
  return Object.fromEntries(await Promise.all([...entries, ...blind])) as JsonRow;
}

/** Said also of no value: whoever sends the row must not say it. */
async function blindIndexOf(
  vault: Vault,
  tenantId: string,
  table: TableDefinition,
  column: ColumnDefinition,
  value: unknown,
): Promise<number | null> {
  return value === undefined || value === null
    ? null
    : vault.blindIndex(tenantId, { table: table.name, column: column.name }, plaintextOf(column, value));
}

/** A row's key in the spelling that Postgres gives it back in. */
function keyOf(table: TableDefinition, row: JsonRow): string {
  return rowKey(table.primaryKey.map((name) => plaintextOf(columnOf(table, name)!, row[name])));
}
