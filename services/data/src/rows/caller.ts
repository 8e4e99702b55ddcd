import type { Access } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { memberOf, type Principal, principalOf } from '../access/principal.js';
import type { TableSpace } from '../spaces/table-space.js';

/** Somebody who touches rows. */
export interface Caller {
  /** Says the principal as the role, which is what the tables' policies look at. */
  readonly ctx: TenantContext;
  readonly principal: Principal | null;
}

export function callerOf(ctx: TenantContext): Caller {
  const principal = principalOf(ctx);
  // The policies show an agent the rows of the member on whose behalf it acts.
  const member = memberOf(ctx);
  return { principal, ctx: withRole(ctx, member === undefined ? principal : member) };
}

/** Laid over the context and not copied: a copy would make the call's signal, which costs nothing until somebody asks for it. */
function withRole(ctx: TenantContext, role: string | null): TenantContext {
  return Object.assign(Object.create(ctx) as TenantContext, { actor: { ...ctx.actor, role } });
}

/** Somebody who is about to change rows. @throws Fault `forbidden` for a grant to read */
export function writerOf(ctx: TenantContext): Caller {
  if (ctx.grant?.access === 'read') {
    throw new Fault('forbidden', { detail: 'This support grant is for reading only' });
  }
  return callerOf(ctx);
}

/** How row statements enter the database: under the tenant's role, prepared for the tables' present columns. */
export function accessTo(space: TableSpace): Access {
  return { role: space.role, actor: true, shape: space.version };
}

/** Whose an inserted row is, when only own rows may be: an agent's are the member's on whose behalf it acts. */
export function ownerIdOf({ actor, onBehalfOf }: TenantContext): string {
  return (actor.kind === 'agent' ? onBehalfOf : null) ?? actor.id;
}
