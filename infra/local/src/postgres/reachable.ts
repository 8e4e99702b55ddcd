import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Account } from './account.js';

const OWNER_X = 0o100;
const GROUP_X = 0o010;
const OTHERS_X = 0o001;
const PASSAGE = 0o711;

/** Where root puts what another account must reach, when the place it was meant for is closed, as /root is. */
export const SHARED_FOLDER = '/var/lib/tenantry';

/** Whether an account may pass through a folder and everything above it. */
export function canPass(account: Account, folder: string): boolean {
  const { mode, uid, gid } = statSync(folder);
  const needed = uid === account.uid ? OWNER_X : gid === account.gid ? GROUP_X : OTHERS_X;
  const parent = dirname(folder);
  return (mode & needed) !== 0 && (parent === folder || canPass(account, parent));
}

/** The folder itself where its account can reach it; else one below `shared` that belongs to it alone. */
export function reachableFolder(folder: string, account: Account | undefined, shared = SHARED_FOLDER): string {
  const wanted = resolve(folder);
  if (!account || canPass(account, existing(dirname(wanted)))) {
    return wanted;
  }
  return join(openShared(shared), createHash('sha256').update(wanted).digest('hex').slice(0, 16));
}

/** The programs themselves where the account can reach them; else a copy of theirs, made once for each `version`. */
export function reachablePrograms(
  native: string,
  version: string,
  account: Account | undefined,
  shared = SHARED_FOLDER,
): string {
  if (!account || canPass(account, native)) {
    return native;
  }
  const copy = join(openShared(shared), `postgres-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  }
  return copy;
}

function openShared(folder: string): string {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, PASSAGE);
  return folder;
}

function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder));
}
