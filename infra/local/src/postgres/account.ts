import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PlainError } from '../plain-error.js';

const run = promisify(execFile);

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root. Root runs it as the first of these accounts that the machine has.
 * @returns undefined when we are not root: Postgres then runs as we do
 */
export async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // No such account; try the next.
    }
  }
  throw new PlainError('Postgres does not run as root, and there is no account "postgres" or "nobody" to run it as');
}
