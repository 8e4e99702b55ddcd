import type { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { Rows } from './budget.table.js';

/**
 * Runs one statement in its own commit and in one flight, so that a budget that many want is locked as shortly as can be. When the answer
 * is to be kept under an Idempotency-Key it takes a transaction.
 */
export function inOneCommit<T>(
  tenants: TenantDatabase,
  ctx: TenantContext,
  work: (rows: Rows) => Promise<T>,
): Promise<T> {
  if (ctx.idempotency) return tenants.transaction(ctx, work);
  return work({ query: (statement) => tenants.write(ctx, statement) });
}
