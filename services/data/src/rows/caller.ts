import type { Access } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { type Principal, principalOf } from '../access/principal.js';
import type { TableSpace } from '../spaces/table-space.js';

/** Somebody who touches rows. */
export interface Caller {
  /** Says the principal as the role, which is what the tables' policies look at. */
  readonly ctx: TenantContext;
  readonly principal: Principal | null;
}

export function callerOf(ctx: TenantContext): Caller {
  const principal = principalOf(ctx);
  return { principal, ctx: { ...ctx, actor: { ...ctx.actor, role: principal } } };
}

/** How row statements enter the database: under the tenant's role, prepared for the tables' present columns. */
export function accessTo(space: TableSpace): Access {
  return { role: space.role, actor: true, shape: space.version };
}
