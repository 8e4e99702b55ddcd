import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/Applications/Chromium.app/Contents/MacOS'];
const INSTALL_TIMEOUT_MS = 300_000;

/**
 * A Chromium on this machine: `CHROMIUM`, else one on PATH, else the distribution's, installed where nobody has to give a
 * password for it.
 * @throws Error saying what to do when there is none
 */
export async function findChromium(): Promise<string> {
  const found = process.env['CHROMIUM'] ?? onPath();
  if (found) return found;
  if (process.getuid?.() === 0) await installByApt();
  const installed = onPath();
  if (!installed)
    throw new Error('No Chromium was found: install it (apt-get install chromium), or say where it is with CHROMIUM');
  return installed;
}

function onPath(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...FOLDERS];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function installByApt(): Promise<void> {
  const options = { timeout: INSTALL_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    await run('apt-get', ['update', '-qq'], options);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
  } catch (cause) {
    throw new Error('Chromium could not be installed: apt-get install chromium', { cause });
  }
}
