import { ownerIdOf } from './caller.js';
import type { Vault } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { PlacedTable } from '../spaces/table-space.js';
import { isEncrypted, isKey } from '../tables/table-definition.js';
import type { Change, WriteRequest } from './row-writer.js';
import { checkRows, columnNames, type JsonRow, writableColumns } from './rows-body.js';
import { sealRows } from './seal-rows.js';
import { type ConflictRule, printInsert } from './statement/print-write.js';
import { requireGrant } from './statement/scope.js';

/** Inserts rows, or with a resolution of conflicts updates or leaves those that exist. */
export function insertChange(vault: Vault, rows: readonly JsonRow[], isArray: boolean): Change {
  return async ({ caller, table, request, returned }) => {
    const { ctx, principal } = caller;
    const { query, preferences } = request;
    const grant = requireGrant(table, principal, 'insert');
    const columns = writableColumns(table, columnNames(rows, query.columns), grant);
    const onConflict = conflictRule(table, request);
    if (onConflict?.action === 'merge') {
      writableColumns(
        table,
        columns.map(({ name }) => name),
        requireGrant(table, principal, 'update'),
      );
    }
    checkRows(rows, columns, ctx.tenantId, isArray);
    if (rows.length === 0) {
      return null;
    }
    const owned = grant.rows === 'own' ? withOwner(table, rows, columns, ownerIdOf(ctx)) : { rows, columns };
    const sealed = await sealRows(vault, ctx.tenantId, table.definition, owned.rows, owned.columns);
    const { missingDefault } = preferences;
    const plan = { table, columns: sealed.columns, rowsJson: JSON.stringify(sealed.rows), onConflict, missingDefault };
    return printInsert(plan, returned.columns);
  };
}

/** Whoever may only have rows of their own need not say so. */
function withOwner(
  { definition }: PlacedTable,
  rows: readonly JsonRow[],
  columns: ReturnType<typeof writableColumns>,
  actorId: string,
) {
  const owner = definition.columns.find(({ name }) => name === definition.ownerColumn)!;
  return columns.includes(owner)
    ? { rows, columns }
    : { rows: rows.map((row) => ({ ...row, [owner.name]: actorId })), columns: [...columns, owner] };
}

/** What an upsert goes by: the named columns or the primary key. @throws Fault when they are no key */
export function conflictRule(
  { definition }: PlacedTable,
  { query, preferences }: Pick<WriteRequest, 'query' | 'preferences'>,
): ConflictRule | null {
  if (preferences.resolution === null) {
    return null;
  }
  const columns = (query.onConflict ?? definition.primaryKey).filter((name) => name !== 'tenant_id');
  if (!isKey(definition, columns)) {
    throw new Fault('malformed-request', {
      field: 'on_conflict',
      detail: `${columns.join(', ')} is neither the primary key of ${definition.name} nor unique`,
      extra: { code: '42P10' },
    });
  }
  // An encrypted value is bound to its row's key, which an upsert by another column does not know.
  if (definition.columns.some(isEncrypted) && !columns.every((name) => definition.primaryKey.includes(name))) {
    throw new Fault('invalid-input', {
      field: 'on_conflict',
      detail: 'Rows with encrypted values are upserted by their primary key',
    });
  }
  return { columns, action: preferences.resolution };
}
