import { Fault, type TenantContext } from '@tenantry/kernel';
import type { PolicyEntry } from './entries.js';

/** How the tenant's policy names somebody who is no member: staff of the platform it names not at all. */
const WORDS: Readonly<Record<string, string>> = { key: 'keys', agent: 'agents' };

/** @throws Fault `forbidden` for whoever the tenant's rules of exports do not name, when they name anybody */
export function assertMayExport({ actor }: Pick<TenantContext, 'actor'>, policy: PolicyEntry | undefined): void {
  const roles = policy?.exportRoles ?? [];
  const word = WORDS[actor.kind] ?? actor.role;
  if (roles.length === 0 || (word !== null && roles.includes(word))) return;
  throw new Fault('forbidden', { detail: 'The export rules of this tenant do not name you' });
}
