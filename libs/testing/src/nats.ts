import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import { findNatsServer, freePort, startNats, type RunningNats } from '@tenantry/local/servers';
import {
  connectBus,
  natsPermissions,
  provisionNats,
  silentLog,
  type Bus,
  type Log,
  type ServiceDefinition,
} from '@tenantry/messaging';
import type { Operation } from '@tenantry/contracts';
import { eventually } from './eventually.js';

const ADMIN = 'admin';
/** JetStream writes through to the disk, which a busy machine makes tests wait for. */
const MEMORY_DISK = '/dev/shm';

/** How a suite's server differs from a deployment's. */
export interface TestNatsOptions {
  /** The operations from which permissions follow; the real table unless the suite has its own. */
  readonly operations?: readonly Operation[];
  readonly log?: Log;
}

interface User {
  readonly seed: string;
  readonly publicKey: string;
}

/** A nats-server of one suite's own, with JetStream and the very users and permissions of a deployment. */
export class TestNats {
  private running: RunningNats | null = null;
  private readonly buses: Bus[] = [];
  private readonly users: ReadonlyMap<string, User>;
  private readonly directory = mkdtempSync(join(existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir(), 'tenantry-nats-'));

  private constructor(
    private readonly definitions: readonly ServiceDefinition[],
    private readonly options: TestNatsOptions,
    private readonly port: number,
  ) {
    this.users = new Map([ADMIN, ...definitions.map(({ name }) => name)].map((name) => [name, makeUser()]));
  }

  /** Starts the server on a free port and creates the stream, consumers and buckets of these services. */
  static async start(definitions: readonly ServiceDefinition[], options: TestNatsOptions = {}): Promise<TestNats> {
    const nats = new TestNats(definitions, options, await freePort());
    try {
      await nats.startServer();
      await nats.provision();
      return nats;
    } catch (error) {
      await nats.stop();
      throw error;
    }
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** A connection as a service, or as the boot admin; closed with the server. */
  async connect(name: string = ADMIN): Promise<Bus> {
    const { log = silentLog } = this.options;
    const bus = await connectBus({ url: this.url, service: name, nkeySeed: this.seedOf(name), log });
    this.buses.push(bus);
    return bus;
  }

  seedOf(name: string): string {
    const user = this.users.get(name);
    if (!user) {
      throw new TypeError(`${name} is no user of this server`);
    }
    return user.seed;
  }

  /** Creates what is missing; answers the names of what it created. */
  async provision(): Promise<string[]> {
    const admin = await this.connect();
    const created = await provisionNats(admin, this.definitions);
    await admin.drain();
    return created;
  }

  /** Stops the server and starts it again with what it has stored. */
  async restart(): Promise<void> {
    await this.running?.stop();
    await this.startServer();
    await this.backTogether();
  }

  /** As `restart`, but everything that JetStream stored is gone. */
  async loseStore(): Promise<void> {
    await this.running?.stop();
    rmSync(join(this.directory, 'jetstream'), { recursive: true, force: true });
    await this.startServer();
    await this.backTogether();
  }

  async stop(): Promise<void> {
    await Promise.all(this.buses.map((bus) => bus.drain()));
    await this.running?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** What a connection is asked while it is not back yet may get lost. */
  private backTogether(): Promise<void> {
    return eventually(() => this.buses.every((bus) => bus.connected || bus.connection.isClosed()));
  }

  private async startServer(): Promise<void> {
    const binary = await findNatsServer(() => undefined);
    const permissions = natsPermissions(this.definitions, this.options.operations);
    const users = this.definitions.map(({ name }) => ({
      service: name,
      nkey: this.users.get(name)!.publicKey,
      permissions: permissions[name]!,
    }));
    const adminNkey = this.users.get(ADMIN)!.publicKey;
    const running = await startNats(binary, this.directory, { port: this.port, adminNkey, users });
    // A suite that is killed must not leave its server behind.
    const endWithUs = (): void => void process.kill(running.pid, 'SIGKILL');
    process.once('exit', endWithUs);
    void running.exited.then(() => process.off('exit', endWithUs));
    this.running = running;
  }
}

function makeUser(): User {
  const pair = createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}
