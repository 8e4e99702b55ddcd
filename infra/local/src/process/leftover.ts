import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from '../state/lock.js';

const run = promisify(execFile);
const PATIENCE_MS = 20_000;
const POLL_MS = 50;

/**
 * Ends a server that an earlier start left behind when it was killed. It is known by its pid file, and only ended when
 * its command line names `marker` (its own folder), because the number may have gone to another process meanwhile.
 */
export async function stopLeftover(pidFile: string, marker: string, signal: NodeJS.Signals): Promise<void> {
  const pid = readPid(pidFile);
  if (pid === undefined || !isAlive(pid) || !(await commandLine(pid)).includes(marker)) {
    return;
  }
  process.kill(pid, signal);
  const deadline = Date.now() + PATIENCE_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      process.kill(pid, 'SIGKILL');
    }
    await delay(POLL_MS);
  }
}

function readPid(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

async function commandLine(pid: number): Promise<string> {
  return run('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
