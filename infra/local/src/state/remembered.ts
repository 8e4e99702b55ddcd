import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { freePort, isPortFree } from '../process/free-port.js';

/** Reads a file, or makes it the first time, readable by its owner alone and never half-written. */
export function rememberFile(path: string, make: () => string | Uint8Array): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
  writeSecretFile(path, make());
  return readFileSync(path);
}

/** Writes a file in one step, readable by its owner alone. */
export function writeSecretFile(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** A random password, the same at every start. */
export function rememberPassword(path: string): string {
  return rememberFile(path, () => randomBytes(24).toString('base64url')).toString();
}

/** A free loopback port, the same at every start unless somebody took it meanwhile. */
export async function rememberPort(path: string): Promise<number> {
  const remembered = Number(rememberFile(path, () => '0'));
  if (remembered > 0 && (await isPortFree(remembered))) {
    return remembered;
  }
  const port = await freePort();
  writeSecretFile(path, String(port));
  return port;
}
