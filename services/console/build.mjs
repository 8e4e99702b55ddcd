import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

/**
 * `node build.mjs <stamp>` builds the pages into `dist`, with a compressed copy of each asset beside it. The folder is
 * replaced in one step, so that two builds of the same tree can run side by side.
 */
const [stamp = ''] = process.argv.slice(2);
const dist = join(import.meta.dirname, 'dist');
const fresh = `${dist}.${process.pid}`;
const old = `${fresh}.old`;

process.chdir(import.meta.dirname);
mkdirSync(fresh, { recursive: true });
try {
  await build({ configFile: join(import.meta.dirname, 'vite.config.mjs'), build: { outDir: fresh } });
  for (const name of readdirSync(join(fresh, 'assets'))) {
    const path = join(fresh, 'assets', name);
    const content = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(content));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
  writeFileSync(join(fresh, '.stamp'), stamp);
  mkdirSync(dist, { recursive: true });
  renameSync(dist, old);
  renameSync(fresh, dist);
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
}
