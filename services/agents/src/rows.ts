import type { Sql, TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

/** The door for reads of one request. */
export function reading(tenants: TenantDatabase, ctx: TenantContext): Rows {
  return { query: (statement) => tenants.query(ctx, statement) };
}

/** The door for writes of one statement each, in a commit of its own. */
export function writing(tenants: TenantDatabase, ctx: TenantContext): Rows {
  return { query: (statement) => tenants.write({ ...ctx, idempotency: null }, statement) };
}
