import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureInstalled, fail, node, root } from './install.mjs';

/** `node scripts/run.mjs <file.ts> [arguments]` runs one of this repository's TypeScript programs on the current build. */
const [file, ...args] = process.argv.slice(2);
if (!file) {
  fail('usage: node scripts/run.mjs <file.ts> [arguments]');
}
ensureInstalled();
await build();
const hooks = join(root, 'scripts', 'typescript.mjs');
const { status } = spawnSync(node, ['--enable-source-maps', '--import', hooks, file, ...args], { stdio: 'inherit' });
process.exit(status ?? 1);
