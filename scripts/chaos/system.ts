import { cpSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { EMAIL, PASSWORD } from '../../bench/instance/client.js';
import { takePlace } from '../../bench/instance/place.js';
import { freePort } from '@tenantry/local/servers';
import { Api } from '../demo/api.js';
import { Balancer } from './balancer.js';
import { childrenOf, signal } from './processes.js';
import { Program } from './program.js';
import { Servers } from './servers.js';

/** What `npm start` prints last. */
const READY = 'Ctrl-C stops everything';
/** Services that lose the process that started them end within this time. */
const ORPHANS_END_MS = 15_000;
const POLL_MS = 25;

/** How large a system is. */
export interface SystemOptions {
  /** One process a service. */
  readonly isSplit: boolean;
  /** Instances side by side, with every service and a gateway each. */
  readonly replicas: number;
  /** nats-servers: one, or a cluster of three. */
  readonly natsNodes: number;
  /** Settings of the instances besides those that make them a place of their own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A whole system of our own whose parts can be broken one by one. */
export class System implements AsyncDisposable {
  private readonly instances: Program[] = [];
  private stack = new AsyncDisposableStack();

  private constructor(
    readonly servers: Servers,
    readonly options: SystemOptions,
    /** Where clients ask: it hands each connection to a gateway that is there. */
    readonly baseUrl: string,
    /** Of each instance. */
    private readonly settings: readonly Readonly<Record<string, string>>[],
  ) {}

  /** Starts Postgres, nats-server and the instances. */
  static async open(options: Partial<SystemOptions> = {}): Promise<System> {
    const { isSplit = false, replicas = 1, natsNodes = 1, environment = {} } = options;
    await using stack = new AsyncDisposableStack();
    const { directory, settings } = await takePlace(stack);
    const secretsFolder = join(directory, 'secrets');
    const servers = stack.use(await Servers.start(join(directory, 'servers'), secretsFolder, natsNodes));
    const shared = {
      ...settings,
      ...environment,
      ...{ SIGN_IN_RATE_PER_S: '10000000', SIGN_IN_BURST: '10000000' },
      ...{ DATABASE_URL: servers.databaseUrl, NATS_URL: servers.natsUrl, NATS_REPLICAS: String(natsNodes) },
    };
    const all = await Promise.all(
      Array.from({ length: replicas }, async (_, index) => {
        const stateDir = join(directory, `instance-${index + 1}`);
        cpSync(secretsFolder, join(stateDir, 'secrets'), { recursive: true });
        return { ...shared, TENANTRY_STATE_DIR: stateDir, PORT: String(await freePort()) };
      }),
    );
    const balancer = stack.use(await Balancer.start(all.map(({ PORT }) => Number(PORT))));
    const system = new System(servers, { isSplit, replicas, natsNodes }, balancer.url, all);
    stack.defer(() => system.end());
    for (const index of all.keys()) await system.start(index); // the first one makes what all of them need
    system.stack = stack.move();
    return system;
  }

  /** The first instance's main process. */
  get pid(): number {
    return this.instances[0]!.pid;
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
  async start(index = 0): Promise<void> {
    // The processes of --split are the built ones, beside the built program.
    const [file, args] = this.options.isSplit ? ['dist/start.js', ['--split']] : ['start.ts', []];
    this.instances[index] = Program.start(file, args, this.settings[index]!);
    await this.instances[index].said(READY).catch((cause: Error) => {
      throw new Error(`${cause.message}\n${lastLines(this.settings[index]!.TENANTRY_STATE_DIR!)}`, { cause });
    });
  }

  /**
   * Ends an instance's main process without a warning, does something while it is away, and starts it again.
   * @throws Error when a process of it goes on alone
   */
  async crash(index = 0, meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const instance = this.instances[index]!;
    const below = await childrenOf(instance.pid);
    await instance.crash();
    const untilMs = Date.now() + ORPHANS_END_MS;
    while (below.some(({ pid }) => signal(pid, 0)) && Date.now() < untilMs) await delay(POLL_MS);
    const orphans = below.filter(({ pid }) => signal(pid, 'SIGKILL'));
    await meanwhile();
    await this.start(index);
    if (orphans.length > 0) throw new Error(`${orphans.length} services went on without the process that started them`);
  }

  /** Stops the instances in order, does something, and starts them again. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await meanwhile();
    for (const index of this.instances.keys()) await this.start(index);
  }

  /**
   * Ends one service of a split instance without a warning, and starts the instance again.
   * @throws Error unless the instance ended by itself, all of it, with one clear line and exit code 1
   */
  async crashService(name: string): Promise<void> {
    const [instance] = this.instances as [Program];
    const before = await childrenOf(instance.pid);
    const victim = before.find(({ command }) => command.includes(`services/${name}/dist/main.js`));
    if (!victim) throw new Error(`there is no process of ${name}`);
    const printedBefore = instance.printed.length;
    signal(victim.pid, 'SIGKILL');
    const code = await instance.ended;
    const lines = instance.printed.slice(printedBefore).trim().split('\n');
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
    const command = Program.start('tenantry.ts', args, this.settings[0]!);
    const code = await command.ended;
    if (code !== 0) throw new Error(`tenantry ${args.join(' ')} ended with ${code}: ${command.printed}`);
    return command.printed.trim();
  }

  private async end(): Promise<void> {
    const below = (await Promise.all(this.instances.map(({ pid }) => childrenOf(pid)))).flat();
    try {
      await Promise.all(this.instances.map((instance) => instance.stop()));
    } finally {
      for (const { pid } of below) signal(pid, 'SIGKILL');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}

const LAST_LINES = 5;

/** What the services of an instance logged last. */
function lastLines(stateDir: string): string {
  const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n').slice(-LAST_LINES);
  return globSync(join(stateDir, 'logs', '*.log'))
    .flatMap(linesOf)
    .join('\n');
}
