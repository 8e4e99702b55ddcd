import { Injectable } from '@nestjs/common';
import { sql, type Transaction } from '@tenantry/database';
import { type CaughtChange, takeCaught } from '../rows/row-change.js';
import type { TableSpace } from '../spaces/table-space.js';
import { conditionOrAll, rowsHeld } from './row-hold.js';
import { findHeld, type OldRows, rowHoldsInForce } from './row-hold.table.js';

/**
 * Sees to it that nothing that a legal hold holds is changed: asked with what the triggers caught, so it also sees what foreign keys deleted,
 * and asked in the transaction that made the change, which then comes to nothing.
 */
@Injectable()
export class HeldRows {
  /**
   * Takes what the transaction has changed since it was last asked.
   * @param space all tables of the tenant, also those that the caller may not see
   * @throws Fault `rows-held`
   */
  async take(tx: Transaction, space: TableSpace): Promise<readonly CaughtChange[]> {
    const caught = await takeCaught(tx, space);
    if (caught[0]?.has_holds) await this.#assertNone(tx, space, caught);
    return caught;
  }

  async #assertNone(tx: Transaction, space: TableSpace, caught: readonly CaughtChange[]): Promise<void> {
    const holds = await rowHoldsInForce(tx);
    const rows = oldRows(space, caught);
    const told = rows.flatMap(({ table }) =>
      holds.flatMap((hold) => {
        const condition = conditionOrAll(space, hold, table);
        return condition ? [{ hold: hold.id, table, condition }] : [];
      }),
    );
    if (told.length === 0) return;
    const found = await asService(tx, () => tx.one<{ hold: string; table: string }>(findHeld(tx.tenantId, rows, told)));
    if (found) throw rowsHeld(found.hold, found.table);
  }
}

/** What was there before, by table; what was inserted was not there. */
export function oldRows(space: TableSpace, caught: readonly CaughtChange[]): OldRows[] {
  const changed = caught.filter((change) => change.old !== null);
  return [...Map.groupBy(changed, (change) => change.table_name)].flatMap(([name, changes]) => {
    const table = space.table(name);
    return table ? [{ table, images: changes.map((change) => change.old!) }] : [];
  });
}

/** A hold is told from all rows of the tenant, whatever the caller may see of them. */
async function asService<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  const [before] = await tx.query<{ role: string | null }>(
    sql`select current_setting('app.actor_role', true) as role, set_config('app.actor_role', 'service', true)`,
  );
  const result = await work();
  await tx.query(sql`select set_config('app.actor_role', ${before!.role ?? ''}, true)`);
  return result;
}
