import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const node = join(root, 'node_modules', '.bin', 'node');

const lockFile = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');
const stamp = join(root, 'node_modules', '.tenantry-lock-hash');
const SAME_INSTALL_MS = 10_000;

/** Installs the packages of the lock file when they are missing or older; ends the process when that fails. */
export function ensureInstalled() {
  const lockHash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash && existsSync(installed)) {
    return;
  }
  // Somebody who ran npm by hand has an install newer than the lock file.
  if (!existsSync(installed) || statSync(installed).mtimeMs + SAME_INSTALL_MS < statSync(lockFile).mtimeMs) {
    console.log('Installing packages…');
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const [command, ...args] = [...npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) {
      fail('npm ci failed: see above. Tenantry needs its packages to start.');
    }
  }
  writeFileSync(stamp, lockHash);
}

/** Ends with one line on the error output. */
export function fail(message) {
  console.error(`tenantry: ${message}`);
  process.exit(1);
}
