import { identifier, join, sql, type Transaction } from '@tenantry/database';
import type { TableDefinition } from '../tables/table-definition.js';
import { POOL_ROLE, POOL_SCHEMA } from './space.js';

/**
 * Deletes the tenant's rows of the shared tables, in one statement because they refer to each other. The event that the
 * space is gone stands for all of them, so what the triggers caught is let go.
 */
export async function deletePoolRows(tx: Transaction, tables: readonly TableDefinition[]): Promise<void> {
  if (tables.length === 0) {
    return;
  }
  const deletions = tables.map(
    ({ name }, index) =>
      sql`${identifier(`d${index}`)} as (delete from ${identifier(POOL_SCHEMA, name)} where tenant_id = ${tx.tenantId})`,
  );
  await tx.query(sql`select set_config('role', ${POOL_ROLE}, true), set_config('app.actor_role', 'service', true)`);
  await tx.query(sql`with ${join(deletions, ', ')} select`);
  await tx.query(sql`select from data.take_row_changes()`);
  await tx.query(sql`select set_config('role', 'none', true)`);
}
