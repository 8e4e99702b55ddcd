import { Fault, type TenantContext } from '@tenantry/kernel';

/**
 * Operations on one's own account are for people: a key has no password and no sessions.
 * @throws Fault `forbidden`
 */
export function assertPerson(ctx: TenantContext): void {
  if (ctx.actor.kind !== 'user') throw new Fault('forbidden', { detail: 'Only a person who is signed in can do this' });
}
