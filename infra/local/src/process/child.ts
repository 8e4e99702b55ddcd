import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PlainError } from '../plain-error.js';

export interface ChildOptions {
  readonly logFile: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Keeps the terminal's Ctrl-C away from the child, so that it outlives those who use it until they are done. */
  readonly ownProcessGroup: boolean;
}

/** A program that we started and will stop; its output goes to a file, so it survives us without blocking. */
export class Child {
  /** Settles when the program has ended, for whatever reason. */
  readonly exited: Promise<void>;
  #stopping = false;

  private constructor(
    private readonly process: ChildProcess,
    private readonly logFile: string,
  ) {
    this.exited = new Promise((resolve) => {
      process.once('exit', () => resolve());
      process.once('error', () => resolve());
    });
  }

  /** @throws the operating system's error when the program can't be run */
  static async start(command: string, args: readonly string[], options: ChildOptions): Promise<Child> {
    const log = openSync(options.logFile, 'a', 0o600);
    try {
      const child = spawn(command, args, {
        stdio: ['ignore', log, log],
        detached: options.ownProcessGroup,
        uid: options.uid,
        gid: options.gid,
      });
      const started = new Child(child, options.logFile);
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      return started;
    } finally {
      closeSync(log);
    }
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Calls back when the program ends without having been asked to. */
  onLost(callback: () => void): void {
    void this.exited.then(() => this.#stopping || callback());
  }

  /**
   * Polls until `probe` says yes; a program that does not get there is stopped.
   * @throws PlainError with the last lines of the log when the program ends or the time is over
   */
  async waitUntil(probe: () => Promise<boolean> | boolean, name: string, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await probe())) {
      if (!this.running || Date.now() > deadline) {
        const what = this.running ? `was not ready within ${timeoutMs / 1000} s` : 'stopped while starting';
        await this.stop('SIGKILL', 0);
        throw new PlainError(`${name} ${what}: ${this.lastLogLines(3)} (log: ${this.logFile})`);
      }
      await delay(25);
    }
  }

  /** Asks with the first signal, insists with SIGKILL after `patienceMs`. */
  async stop(signal: NodeJS.Signals, patienceMs: number): Promise<void> {
    this.#stopping = true;
    if (!this.running) {
      return;
    }
    this.process.kill(signal);
    const insist = setTimeout(() => this.process.kill('SIGKILL'), patienceMs);
    await this.exited;
    clearTimeout(insist);
  }

  private lastLogLines(count: number): string {
    return readFileSync(this.logFile, 'utf8').trim().split('\n').slice(-count).join(' | ');
  }
}
