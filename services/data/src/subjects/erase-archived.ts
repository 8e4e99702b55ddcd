import type { RowChange, Transaction } from '@tenantry/database';
import { rowsHeld } from '../holds/row-hold.js';
import { rowHoldsInForce } from '../holds/row-hold.table.js';
import { eraseArchivedOf } from '../retention/archived-row.table.js';
import { WhoseRows } from '../retention/whose-rows.js';
import type { TableSpace } from '../spaces/table-space.js';
import type { ErasureAction } from './erasure-actions.js';
import type { Seed } from './subject-walk.js';

/**
 * Erases what archives have of a person. Rows of a table that an erasure keeps stay in archives as well.
 * @returns the rows as they were called in their tables, so that the audit log forgets their values, too
 * @throws Fault `rows-held` for a table on which there is a legal hold: what archived rows say can't be asked
 */
export async function eraseArchived(
  tx: Transaction,
  space: TableSpace,
  subject: readonly Seed[],
  actions: ReadonlyMap<string, ErasureAction>,
): Promise<RowChange[]> {
  const kept = [...actions].filter(([, action]) => action !== 'delete' && action !== 'mask').map(([table]) => table);
  const erased = await eraseArchivedOf(tx, new WhoseRows(space).namesOf(subject), kept);
  if (erased.length === 0) return [];
  const hold = (await rowHoldsInForce(tx)).find((one) => erased.some(({ table }) => table === one.table));
  if (hold) throw rowsHeld(hold.id, hold.table);
  return erased.map(({ table: resource, key: id }) => ({ resource, id, action: 'delete' }));
}
