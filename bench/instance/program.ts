import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const START_TIMEOUT_MS = 180_000;

/** A program of this repository that runs. */
export interface Running {
  /** What its line said that matched. */
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program and waits for the line that says its address. @throws Error with its output when it never comes */
export async function run(
  file: string,
  env: Readonly<Record<string, string>>,
  isAddress: RegExp,
  nodeOptions: readonly string[] = process.execArgv,
  args: readonly string[] = [],
): Promise<Running> {
  const child = spawn(process.execPath, [...nodeOptions, file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const giveUp = setTimeout(() => child.kill(), START_TIMEOUT_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      const address = isAddress.exec(line)?.[1];
      if (address) return { address, pid: child.pid!, stop: () => stop(child) };
    }
  } finally {
    clearTimeout(giveUp);
    child.stdout.resume();
  }
  throw new Error(`${file} did not start: ${lines.join('\n')}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
