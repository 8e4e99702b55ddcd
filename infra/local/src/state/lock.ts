import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from '../plain-error.js';

const ATTEMPTS = 5;

/**
 * Claims a state directory for this process; a claim whose process is gone is taken over.
 * @returns how to give it back
 * @throws PlainError naming the process that holds it
 */
export function lockStateDir(root: string): () => void {
  const path = join(root, 'lock');
  const mine = join(root, `lock.${process.pid}`);
  writeFileSync(mine, `${process.pid}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // A link appears whole or not at all, so nobody reads half a process id.
      if (tryLink(mine, path)) {
        return () => rmSync(path, { force: true });
      }
      const holder = readHolder(path);
      if (holder !== undefined && isAlive(holder)) {
        throw new PlainError(
          `Tenantry is running on ${root} already (process ${holder}); stop it, or set TENANTRY_STATE_DIR and PORT`,
        );
      }
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
  throw new PlainError(`${path} changes all the time; is something else writing to it?`);
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

function readHolder(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process runs; one that belongs to somebody else counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
