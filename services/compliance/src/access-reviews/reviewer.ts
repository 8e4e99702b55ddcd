import { Fault, type TenantContext } from '@tenantry/kernel';

/** A key or an agent is nobody: whoever made it could review through it what they gave themselves. @throws Fault `forbidden` */
export function assertReviewer({ actor }: Pick<TenantContext, 'actor'>): void {
  if (actor.kind !== 'user')
    throw new Fault('forbidden', { detail: 'Accesses are reviewed by people, each signed in as themselves' });
}
