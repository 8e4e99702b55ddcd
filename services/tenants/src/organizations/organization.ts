import { Fault, newId } from '@tenantry/kernel';

/** A group of tenants that belong together. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** @throws Fault `invalid-input` when nothing of the name can be seen */
export function foundOrganization(wish: { readonly name: string }, now: Date): Organization {
  const name = wish.name.trim();
  if (!name) throw new Fault('invalid-input', { field: 'name', detail: 'A name has at least one visible character' });
  return { id: newId(now), name, createdAt: now };
}
