import { readFileSync, statSync } from 'node:fs';
import { SettingsError } from './settings.js';

const MASTER_KEY_BYTES = 32;
const OTHERS = 0o077;
/** Where a container engine mounts secrets: in memory, for this container alone, readable by all in it. */
const MOUNTED_SECRETS = '/run/secrets/';

/**
 * Reads a file that holds a secret.
 * @throws SettingsError naming the setting when the file can't be read or others on this machine could read it
 */
export function readSecretFile(setting: string, path: string): Buffer {
  try {
    if (statSync(path).mode & OTHERS && !path.startsWith(MOUNTED_SECRETS)) {
      throw new SettingsError(`${setting}: others may read ${path}; make it yours alone (chmod 600)`);
    }
    return readFileSync(path);
  } catch (error) {
    throw error instanceof SettingsError
      ? error
      : new SettingsError(`${setting}: ${path} can't be read`, { cause: error });
  }
}

/** Reads the master key. @throws SettingsError unless the file holds exactly 32 bytes */
export function readMasterKey(
  path: string,
  setting: 'MASTER_KEY_FILE' | 'MASTER_KEY_OTHER_FILE' = 'MASTER_KEY_FILE',
): Uint8Array {
  const key = readSecretFile(setting, path);
  if (key.length !== MASTER_KEY_BYTES) {
    throw new SettingsError(`${setting}: ${path} must hold ${MASTER_KEY_BYTES} bytes, and holds ${key.length}`);
  }
  return new Uint8Array(key);
}
