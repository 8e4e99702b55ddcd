import { rewrapKeys } from '@tenantry/database';
import { PlainError } from '../plain-error.js';
import type { OpenInstance } from './open-instance.js';
import { resealLedgers } from './tombstones.js';

const TELL_EVERY = 100;

/**
 * Wraps the tenants' keys by what wraps them now, in its newest version: the instance's master key, or the key service. Ledgers outside
 * the database are sealed by the master key.
 * @throws PlainError when there is nothing else that they could be wrapped by
 */
export async function rewrapInstance(instance: OpenInstance): Promise<readonly string[]> {
  const { adminUrl, secrets, hasKms } = instance;
  if (!secrets.otherMasterKeyFile && !hasKms) {
    throw new PlainError('There is no secrets/master.other.key; the master key is not being changed');
  }
  const [current, ...others] = instance.keyEncryptions();
  const { tenants, rewrapped, kept } = await rewrapKeys(adminUrl, { current: current!, others }, tell);
  const entries = await resealLedgers(instance);
  return [
    `${rewrapped} keys of ${tenants} tenants are wrapped anew since now, ${kept} were before`,
    `${entries} entries of ledgers are sealed by master.key`,
    'nothing is left under master.other.key or a key service that only opens: remove it, and start the services again without it',
  ];
}

/** Beside the answer, so that a run over many tenants, each a few calls to a key service, is seen to go on. */
function tell(done: number, tenants: number): void {
  if (done % TELL_EVERY === 0 && done < tenants) console.error(`${done} of ${tenants} tenants`);
}
