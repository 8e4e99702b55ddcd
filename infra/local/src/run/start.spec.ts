import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../process/free-port.js';
import { isAlive } from '../state/lock.js';
import { temporary } from './sample.fixture.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const hooks = join(root, 'scripts', 'typescript.mjs');
const program = fileURLToPath(new URL('start.fixture.ts', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly state: string;
  /** Resolves when the text has been printed; rejects when the program ends without it. */
  said(text: string): Promise<void>;
  ended(): Promise<number | null>;
}

describe('npm start', () => {
  const running: Run[] = [];
  afterEach(() => running.splice(0).forEach(({ child }) => child.kill('SIGKILL')));

  async function run(args: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
    const state = join(temporary(), 'state');
    const child = spawn(process.execPath, ['--import', hooks, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TENANTRY_FROM_SOURCE: '1',
        NODE_OPTIONS: `--import ${hooks}`,
        PORT: String(await freePort()),
        TENANTRY_STATE_DIR: state,
        ...environment,
      },
    });
    let output = '';
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const listeners = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        listeners.forEach((listener) => listener());
      });
    }
    const said = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => void (output.includes(text) && resolve());
        listeners.add(look);
        look();
        void exited.then(() => reject(new Error(`ended without saying ${text}: ${output}`)));
      });
    const started = { child, state, said, output: () => output, ended: () => exited };
    running.push(started);
    return started;
  }
  const pidIn = (...path: string[]): number => Number.parseInt(readFileSync(join(...path), 'utf8'), 10);

  it.each([[[]], [['--split']]])(
    'with %j starts its own Postgres and NATS, says how to sign in, and on Ctrl-C stops all of it',
    async (args) => {
      const started = await run(args);
      await started.said('Ctrl-C stops everything');
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(started.output())?.[0] ?? '';
      expect(await (await fetch(url)).text()).toBe('hello');
      expect(started.output()).toMatch(/for admin@example\.com {2,}\(one-time/);
      const logs = readdirSync(join(started.state, 'logs')).map((name) =>
        readFileSync(join(started.state, 'logs', name), 'utf8'),
      );
      expect(logs.join()).not.toContain('for admin@example.com');
      const servers = [
        pidIn(started.state, 'postgres', 'data', 'postmaster.pid'),
        pidIn(started.state, 'nats', 'nats.pid'),
      ];
      expect(servers.every(isAlive)).toBe(true);

      started.child.kill('SIGINT');
      expect(await started.ended()).toBe(0);
      expect(servers.some(isAlive)).toBe(false);
      expect(existsSync(join(started.state, 'lock'))).toBe(false);
      await expect(fetch(url)).rejects.toThrow();
    },
    180_000,
  );

  it('stops all of it also when nobody reads its output any more', async () => {
    const started = await run([]);
    await started.said('Ctrl-C stops everything');
    const servers = [
      pidIn(started.state, 'postgres', 'data', 'postmaster.pid'),
      pidIn(started.state, 'nats', 'nats.pid'),
    ];
    started.child.stdout?.destroy();
    started.child.stderr?.destroy();
    started.child.kill('SIGTERM');
    expect(await started.ended()).toBe(0);
    expect(servers.some(isAlive)).toBe(false);
  });

  it('ends a wrong setting with one clear line and exit code 1', async () => {
    const started = await run([], { PORT: 'eighty' });
    expect(await started.ended()).toBe(1);
    const [first = '', ...rest] = started.output().trim().split('\n');
    expect(first).toMatch(/^tenantry: PORT is wrong: .+ \(Port of the gateway/);
    expect(rest).toEqual([]);
  });

  it('lists its settings with --help', async () => {
    const started = await run(['--help']);
    expect(await started.ended()).toBe(0);
    for (const name of [
      'PORT',
      'TENANTRY_STATE_DIR',
      'DATABASE_URL',
      'NATS_URL',
      'TENANTRY_ADMIN_PASSWORD',
      '--split',
    ]) {
      expect(started.output()).toContain(name);
    }
  });
});
