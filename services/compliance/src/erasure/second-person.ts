import { Fault, type TenantContext } from '@tenantry/kernel';

/**
 * An erasure is planned and approved by two people. A key or an agent is nobody: whoever made it could use it to be the second one.
 * @throws Fault `forbidden`
 */
export function assertPerson({ actor }: Pick<TenantContext, 'actor'>): void {
  if (actor.kind !== 'user') {
    throw new Fault('forbidden', {
      detail: 'An erasure is planned and approved by people, each signed in as themselves',
    });
  }
}

/** @throws Fault `forbidden` for whoever made the plan */
export function assertSecondPerson(ctx: Pick<TenantContext, 'actor'>, plannedBy: string): void {
  assertPerson(ctx);
  if (ctx.actor.id === plannedBy) {
    throw new Fault('forbidden', { detail: 'Somebody else than who planned an erasure approves it' });
  }
}
