import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 40_000;
const hooks = join(import.meta.dirname, '../typescript.mjs');

/** One of this repository's programs, started by us, with everything that it printed. */
export class Program {
  /** Settles with its exit code when it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  private output = '';
  private readonly listeners = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.listeners.forEach((listener) => listener());
      });
    }
  }

  /** Starts a file of `scripts/`. */
  static start(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Program {
    const nodeOptions = ['--enable-source-maps', '--import', hooks];
    const child = spawn(process.execPath, [...nodeOptions, join(import.meta.dirname, '..', file), ...args], {
      env: { ...process.env, ...env },
      detached: true, // Ctrl-C at the terminal is for us; we stop it in order
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get printed(): string {
    return this.output;
  }

  /** Waits until it has printed a text. @throws Error with what it printed instead */
  async said(text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => void (this.output.includes(text) && resolve());
    const fail = (why: string): void => reject(new Error(`the program ${why}: ${this.output}`));
    const timer = setTimeout(() => fail(`was not ready after ${START_TIMEOUT_MS / 1_000} s`), START_TIMEOUT_MS);
    this.listeners.add(look);
    void this.ended.then((code) => fail(`ended with ${code}`));
    look();
    await promise.finally(() => (clearTimeout(timer), this.listeners.delete(look)));
  }

  /** Ends it without a warning, as a crash does. */
  async crash(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to stop. @throws Error when it does not in time; it is ended by force then */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.child.kill('SIGKILL');
    }, STOP_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
    if (isLate) throw new Error(`the instance did not stop within ${STOP_TIMEOUT_MS / 1_000} s`);
  }
}
