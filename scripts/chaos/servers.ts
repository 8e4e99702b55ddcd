import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { natsUsers, rememberSecrets } from '@tenantry/local';
import {
  findNatsServer,
  freePort,
  startNats,
  startPostgres,
  type EmbeddedPostgres,
  type RunningNats,
} from '@tenantry/local/servers';
import { natsPermissions } from '@tenantry/messaging';
import { services } from '../services.js';
import { childrenOf, signal } from './processes.js';

/** One nats-server, which can be started again where it was. */
interface Node {
  readonly folder: string;
  readonly start: () => Promise<RunningNats>;
  running: RunningNats;
}

/** Postgres and nats-server as an operator has them: they live and die apart from the instance. */
export class Servers implements AsyncDisposable {
  private constructor(
    private postgres: EmbeddedPostgres,
    private readonly startPostgresAgain: () => Promise<EmbeddedPostgres>,
    private readonly nodes: readonly Node[],
    /** Of who may change streams. */
    readonly bootSeed: string,
    private readonly stack: AsyncDisposableStack,
  ) {}

  /** Starts Postgres and so many nats-servers (one, or a cluster of three) in `folder`, for instances whose secrets lie in `secretsFolder`. */
  static async start(folder: string, secretsFolder: string, nodeCount: number): Promise<Servers> {
    await using stack = new AsyncDisposableStack();
    for (const path of [folder, secretsFolder]) mkdirSync(path, { recursive: true, mode: 0o700 });
    const secrets = await rememberSecrets(secretsFolder, services);
    const options = { directory: join(folder, 'postgres'), port: await freePort(), password: secrets.postgresPassword };
    const startPostgresAgain = (): Promise<EmbeddedPostgres> => startPostgres(options);
    const postgres = await startPostgresAgain();
    let servers: Servers | null = null;
    stack.defer(() => (servers?.postgres ?? postgres).stop());
    const nodes: Node[] = [];
    stack.defer(async () => void (await Promise.all(nodes.map(({ running }) => running.stop()))));
    const users = natsUsers(natsPermissions(services), secrets);
    const starts = await nodeStarts(folder, nodeCount, users);
    nodes.push(...(await Promise.all(starts.map(async (one) => ({ ...one, running: await one.start() })))));
    servers = new Servers(postgres, startPostgresAgain, nodes, secrets.bootNkey.seed, stack.move());
    return servers;
  }

  get databaseUrl(): string {
    return this.postgres.url;
  }

  get natsUrl(): string {
    return this.nodes.map(({ running }) => running.url).join(',');
  }

  /** How many nats-servers there are. */
  get nodeCount(): number {
    return this.nodes.length;
  }

  /** Ends Postgres and all its sessions without a warning, and starts it again. */
  async crashPostgres(): Promise<void> {
    await this.signalPostgres('SIGKILL');
    await this.postgres.stop();
    this.postgres = await this.startPostgresAgain();
  }

  /** Sends a signal to Postgres and to every session it has. */
  async signalPostgres(name: NodeJS.Signals): Promise<void> {
    const { pid } = this.postgres;
    // The postmaster first: it makes no further sessions then.
    signal(pid, name);
    for (const child of await childrenOf(pid)) signal(child.pid, name);
  }

  /** Stops every nats-server, does something to what they left, and starts them again. */
  async restartNats(how: NodeJS.Signals, meanwhile: () => Promise<void> | void): Promise<void> {
    await Promise.all(this.nodes.map((node) => end(node, how)));
    await meanwhile();
    await Promise.all(this.nodes.map(again));
  }

  /** Ends one nats-server without a warning, waits, and starts it again; the others stay. */
  async crashNode(index: number, meanwhile: () => Promise<void>): Promise<void> {
    const node = this.nodes[index]!;
    await end(node, 'SIGKILL');
    await meanwhile();
    await again(node);
  }

  /** Removes everything that JetStream keeps; no nats-server runs meanwhile. */
  deleteStore(): void {
    for (const { folder } of this.nodes) rmSync(join(folder, 'jetstream'), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.signalPostgres('SIGCONT');
    await this.stack.disposeAsync();
  }
}

/** How each nats-server is started: alone, or as one of a cluster. */
async function nodeStarts(
  folder: string,
  count: number,
  users: ReturnType<typeof natsUsers>,
): Promise<Omit<Node, 'running'>[]> {
  const binary = await findNatsServer(() => undefined);
  const indexes = Array.from({ length: count }, (_, index) => index);
  const portsOf = (): Promise<number[]> => Promise.all(indexes.map(() => freePort()));
  const [clients, routes, password] = [await portsOf(), await portsOf(), randomBytes(24).toString('base64url')];
  return indexes.map((index) => {
    const own = join(folder, `nats-${index + 1}`);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const cluster = { serverName: `tenantry-${index + 1}`, port: routes[index]!, ports: routes, password };
    const config = { port: clients[index]!, ...users, ...(count > 1 ? { cluster } : {}) };
    return { folder: own, start: () => startNats(binary, own, config) };
  });
}

async function end({ running }: Node, how: NodeJS.Signals): Promise<void> {
  signal(running.pid, how);
  await running.exited;
}

async function again(node: Node): Promise<void> {
  node.running = await node.start();
}
