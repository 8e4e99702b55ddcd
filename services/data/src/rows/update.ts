import type { Sql, Vault } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { blindColumns } from '../encryption/blind-column.js';
import { type ColumnDefinition, columnOf, isEncrypted, type TableDefinition } from '../tables/table-definition.js';
import { EMPTY_LEVEL } from './query/query.js';
import type { Change, WriteRequest, Writing } from './row-writer.js';
import { checkRows, type JsonRow, writableColumns } from './rows-body.js';
import { sealValues } from './seal-rows.js';
import { printDelete, printKeyedUpdate, printKeys, printUpdate } from './statement/print-write.js';
import { requireGrant } from './statement/scope.js';

/** A change of all rows at once is asked for by a filter that all rows pass. @throws Fault */
function requireFilter({ query }: WriteRequest, verb: string): void {
  const level = query.levels.get('') ?? EMPTY_LEVEL;
  if (level.conditions.length === 0) {
    throw new Fault('malformed-request', {
      field: 'query',
      detail: `${verb} requires a filter`,
      extra: { code: '21000' },
    });
  }
  if (level.limit !== null || level.offset !== null) {
    throw new Fault('query-not-supported', {
      field: level.limit !== null ? 'limit' : 'offset',
      detail: `${verb} with limit or offset is not supported`,
      extra: { code: 'PGRST100' },
    });
  }
}

/** Sets the same values in all rows that the query chooses. */
export function updateChange(vault: Vault, values: JsonRow, maxRows: number): Change {
  return async (writing) => {
    const { caller, table, request, returned } = writing;
    requireFilter(request, 'UPDATE');
    const names = request.query.columns ?? Object.keys(values);
    const columns = writableColumns(table, names, requireGrant(table, caller.principal, 'update'));
    checkRows([values], columns, caller.ctx.tenantId, false);
    if (columns.length === 0) {
      return null;
    }
    requireSameKey(table.definition, columns);
    return columns.some(isEncrypted)
      ? encryptedUpdate(vault, writing, values, columns, maxRows)
      : printUpdate(table, columns, JSON.stringify(values), returned.where, returned.columns);
  };
}

/** Encrypted values are bound to their row's key. @throws Fault when a key would change under them */
function requireSameKey({ columns: all, primaryKey }: TableDefinition, columns: readonly ColumnDefinition[]): void {
  const moved = columns.find(({ name }) => primaryKey.includes(name));
  if (moved && all.some(isEncrypted)) {
    throw new Fault('invalid-input', {
      field: moved.name,
      detail: 'The key of a row with encrypted values can not change',
    });
  }
}

/** Each row gets its own encryption of the value, so the rows are found and locked first. */
async function encryptedUpdate(
  vault: Vault,
  { tx, caller, table, returned }: Writing,
  values: JsonRow,
  columns: readonly ColumnDefinition[],
  maxRows: number,
): Promise<Sql | null> {
  const { definition } = table;
  const keys = definition.primaryKey.map((name) => columnOf(definition, name)!);
  const found = await tx.query<Record<string, string>>(printKeys(table, keys, returned.where, maxRows + 1));
  if (found.length === 0) {
    return null;
  }
  const secret = columns.filter(isEncrypted);
  const rows = found.map(async (key) => ({
    ...values,
    ...key,
    ...(await sealValues(vault, caller.ctx.tenantId, definition, { ...values, ...key }, secret)),
  }));
  const stored = [...columns, ...blindColumns(secret)];
  return printKeyedUpdate({ table, keys, columns: stored }, JSON.stringify(await Promise.all(rows)), returned.columns);
}

/** Deletes the rows that the query chooses. */
export const deleteChange: Change = ({ caller, table, request, returned }) => {
  requireFilter(request, 'DELETE');
  requireGrant(table, caller.principal, 'delete');
  return Promise.resolve(printDelete(table, returned.where, returned.columns));
};
