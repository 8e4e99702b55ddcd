import { RowsRead } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import type { PlacedTable } from '../spaces/table-space.js';
import type { OpenedAnswer, Row } from './open-answer.js';
import type { RowsQuery } from './query/query.js';
import { rowKey } from './row-key.js';

const KEY = '$key:';

/**
 * The query as it is run for whoever reads by a grant of the tenant: each row comes with its key, so that every row shown leaves a
 * trace, whatever is in it.
 * @throws Fault `query-not-supported` for embedded tables, whose rows would come without one
 */
export function traced({ grant }: TenantContext, { definition }: PlacedTable, query: RowsQuery): RowsQuery {
  if (!grant) {
    return query;
  }
  if (query.select.some(({ kind }) => kind === 'embed')) {
    throw new Fault('query-not-supported', {
      field: 'select',
      detail: 'By a support grant tables are read one by one, without embedding',
    });
  }
  const keys = definition.primaryKey.map((name, index) => ({
    kind: 'column' as const,
    name,
    alias: `${KEY}${index}`,
    cast: 'text',
  }));
  return { ...query, select: [...query.select, ...keys] };
}

/** Publishes what was read, and answers the rows as they were asked for. By a grant also that nothing was found is told. */
export function recordReads(tx: Transaction, { definition }: PlacedTable, answer: OpenedAnswer): readonly object[] {
  const { name } = definition;
  const grant = tx.ctx?.grant;
  const changes = grant
    ? (answer.rows as readonly Row[]).map((row) => ({ resource: name, id: keyOf(row), action: 'read' as const }))
    : answer.reads;
  if (grant || changes.length > 0) {
    tx.publish(new RowsRead({ table: name, columns: [...answer.columns] }), { changes });
  }
  return grant ? answer.rows.map(withoutKey) : answer.rows;
}

function keyOf(row: Row): string {
  return rowKey(
    Object.entries(row)
      .filter(([name]) => name.startsWith(KEY))
      .map(([, part]) => String(part)),
  );
}

function withoutKey(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith(KEY)));
}
