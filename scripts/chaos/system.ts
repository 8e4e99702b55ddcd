import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { EMAIL, PASSWORD } from '../../bench/instance/client.js';
import { takePlace } from '../../bench/instance/place.js';
import { Api } from '../demo/api.js';
import { childrenOf, signal } from './processes.js';
import { Program } from './program.js';
import { Servers } from './servers.js';

/** What `npm start` prints last. */
const READY = 'Ctrl-C stops everything';
/** Services that lose the process that started them end within this time. */
const ORPHANS_END_MS = 15_000;
const POLL_MS = 25;

/** A whole system of our own whose parts can be broken one by one. */
export class System implements AsyncDisposable {
  private instance!: Program;
  private stack = new AsyncDisposableStack();

  private constructor(
    readonly servers: Servers,
    readonly isSplit: boolean,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Starts Postgres, nats-server and the instance; `isSplit` runs one process a service. */
  static async open(isSplit: boolean): Promise<System> {
    await using stack = new AsyncDisposableStack();
    const { directory, settings } = await takePlace(stack);
    const secretsFolder = join(settings.TENANTRY_STATE_DIR!, 'secrets');
    const servers = stack.use(await Servers.start(join(directory, 'servers'), secretsFolder));
    const unlimited = { SIGN_IN_RATE_PER_S: '10000000', SIGN_IN_BURST: '10000000' };
    const system = new System(servers, isSplit, { ...settings, ...unlimited });
    stack.defer(() => system.end());
    await system.start();
    system.stack = stack.move();
    return system;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.settings.PORT}`;
  }

  /** The instance's main process. */
  get pid(): number {
    return this.instance.pid;
  }

  /** Signs in as the platform's first administrator. */
  signInAsStaff(): Promise<Api> {
    return new Api(this.baseUrl).signIn(EMAIL, PASSWORD);
  }

  /** Asks Postgres itself, past every service. */
  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client(this.servers.databaseUrl);
    client.on('error', () => undefined); // a session that a fault cuts is reported by its query
    try {
      await client.connect();
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** `npm start`, until it says that it is ready. */
  async start(): Promise<void> {
    // The processes of --split are the built ones, beside the built program.
    const [file, args] = this.isSplit ? ['dist/start.js', ['--split']] : ['start.ts', []];
    this.instance = Program.start(file, args, this.environment);
    await this.instance.said(READY);
  }

  /**
   * Ends the instance's main process without a warning, does something while nobody runs, and starts it again.
   * @throws Error when a process of it goes on alone
   */
  async crash(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const below = await childrenOf(this.instance.pid);
    await this.instance.crash();
    const untilMs = Date.now() + ORPHANS_END_MS;
    while (below.some(({ pid }) => signal(pid, 0)) && Date.now() < untilMs) await delay(POLL_MS);
    const orphans = below.filter(({ pid }) => signal(pid, 'SIGKILL'));
    await meanwhile();
    await this.start();
    if (orphans.length > 0) throw new Error(`${orphans.length} services went on without the process that started them`);
  }

  /** Stops the instance in order, does something, and starts it again. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    await this.instance.stop();
    await meanwhile();
    await this.start();
  }

  /**
   * Ends one service of a split instance without a warning, and starts the instance again.
   * @throws Error unless the instance ended by itself, all of it, with one clear line and exit code 1
   */
  async crashService(name: string): Promise<void> {
    const before = await childrenOf(this.instance.pid);
    const victim = before.find(({ command }) => command.includes(`services/${name}/dist/main.js`));
    if (!victim) throw new Error(`there is no process of ${name}`);
    const printedBefore = this.instance.printed.length;
    signal(victim.pid, 'SIGKILL');
    const code = await this.instance.ended;
    const lines = this.instance.printed.slice(printedBefore).trim().split('\n');
    const left = before.filter(({ pid }) => signal(pid, 0));
    const isClear = lines.filter((line) => line.includes(`The service ${name} ended unexpectedly`)).length === 1;
    await this.start();
    if (code !== 1 || left.length > 0 || !isClear)
      throw new Error(
        `without ${name} it ended with ${code}, left ${left.length} processes, said ${lines.join(' | ')}`,
      );
  }

  /** A command of the operator, as `npm run tenantry -- …`. @throws Error with what it printed when it fails */
  async operate(...args: readonly string[]): Promise<string> {
    const command = Program.start('tenantry.ts', args, this.environment);
    const code = await command.ended;
    if (code !== 0) throw new Error(`tenantry ${args.join(' ')} ended with ${code}: ${command.printed}`);
    return command.printed.trim();
  }

  private get environment(): Record<string, string> {
    return { ...this.settings, DATABASE_URL: this.servers.databaseUrl, NATS_URL: this.servers.natsUrl };
  }

  private async end(): Promise<void> {
    const below = await childrenOf(this.pid);
    try {
      await this.instance.stop();
    } finally {
      for (const { pid } of below) signal(pid, 'SIGKILL');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}
