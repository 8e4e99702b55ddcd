import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../../bench/instance/program.js';

const STOP_MS = 30_000;

/**
 * Stops a system; whatever was sent to it, it lets go of everything and ends.
 * @throws Error when it does not in time; it and its servers are ended by force
 */
export async function stop(running: Running, stateDir: string): Promise<void> {
  const late = delay(STOP_MS, 'late' as const, { ref: false });
  const servers = await Promise.all([
    pidIn(stateDir, 'postgres/data/postmaster.pid'),
    pidIn(stateDir, 'nats/nats.pid'),
  ]);
  if ((await Promise.race([running.stop(), late])) !== 'late') return;
  for (const pid of [running.pid, ...servers]) end(pid);
  throw new Error(`the system did not stop within ${STOP_MS / 1_000} s: something was never given back`);
}

async function pidIn(stateDir: string, file: string): Promise<number> {
  return Number.parseInt(await readFile(join(stateDir, file), 'utf8').catch(() => '0'), 10);
}

function end(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
