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

/** Postgres and nats-server as an operator has them: they live and die apart from the instance. */
export class Servers implements AsyncDisposable {
  private postgres!: EmbeddedPostgres;
  private nats!: RunningNats;

  private constructor(
    private readonly folder: string,
    private readonly startPostgresAgain: () => Promise<EmbeddedPostgres>,
    private readonly startNatsAgain: () => Promise<RunningNats>,
  ) {}

  /** Starts both in `folder`, for an instance whose secrets lie in `secretsFolder`. */
  static async start(folder: string, secretsFolder: string): Promise<Servers> {
    const natsFolder = join(folder, 'nats');
    for (const path of [natsFolder, secretsFolder]) mkdirSync(path, { recursive: true, mode: 0o700 });
    const secrets = await rememberSecrets(secretsFolder, services);
    const binary = await findNatsServer(() => undefined);
    const [postgresPort, natsPort] = [await freePort(), await freePort()];
    const options = { directory: join(folder, 'postgres'), port: postgresPort, password: secrets.postgresPassword };
    const config = { port: natsPort, ...natsUsers(natsPermissions(services), secrets) };
    const servers = new Servers(
      folder,
      () => startPostgres(options),
      () => startNats(binary, natsFolder, config),
    );
    await servers.open();
    return servers;
  }

  get databaseUrl(): string {
    return this.postgres.url;
  }

  get natsUrl(): string {
    return this.nats.url;
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

  /** Stops nats-server, does something to what it left, and starts it again. */
  async restartNats(how: NodeJS.Signals, meanwhile: () => Promise<void> | void): Promise<void> {
    signal(this.nats.pid, how);
    await this.nats.exited;
    await meanwhile();
    this.nats = await this.startNatsAgain();
  }

  /** Removes everything that JetStream keeps; nats-server is down meanwhile. */
  deleteStore(): void {
    rmSync(join(this.folder, 'nats', 'jetstream'), { recursive: true });
  }

  private async open(): Promise<void> {
    this.postgres = await this.startPostgresAgain();
    try {
      this.nats = await this.startNatsAgain();
    } catch (error) {
      await this.postgres.stop();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.signalPostgres('SIGCONT');
    await Promise.all([this.postgres.stop(), this.nats.stop()]);
  }
}
