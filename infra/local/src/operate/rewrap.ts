import { rewrapKeys } from '@tenantry/database';
import { readMasterKey } from '@tenantry/service';
import { PlainError } from '../plain-error.js';
import type { OpenInstance } from './open-instance.js';
import { resealLedgers } from './tombstones.js';

/** Wraps the tenants' keys by the instance's master key instead of the other one. @throws PlainError without another one */
export async function rewrapInstance(instance: OpenInstance): Promise<readonly string[]> {
  const { adminUrl, secrets } = instance;
  const { otherMasterKeyFile, masterKey } = secrets;
  if (!otherMasterKeyFile) {
    throw new PlainError('There is no secrets/master.other.key; the master key is not being changed');
  }
  const other = readMasterKey(otherMasterKeyFile, 'MASTER_KEY_OTHER_FILE');
  const { tenants, rewrapped, kept } = await rewrapKeys(adminUrl, { current: masterKey, other });
  const entries = await resealLedgers(instance);
  return [
    `${rewrapped} keys of ${tenants} tenants are wrapped by master.key since now, ${kept} were before`,
    `${entries} entries of ledgers are sealed by it`,
    'none is left under master.other.key: remove it, and start the services again without it',
  ];
}
