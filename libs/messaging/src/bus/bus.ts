import { readFileSync } from 'node:fs';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import {
  connect,
  type Msg,
  type NatsConnection,
  type PermissionViolationError,
  type Status,
  type Subscription,
} from '@nats-io/transport-node';
import type { Log } from './log.js';
import { nkeyAuthenticator } from './nkey.js';
import { Outgoing, type OutgoingMessage } from './outgoing.js';
import { inboxPrefix } from './subjects.js';

/** How a process joins the bus. */
export interface BusOptions {
  /** One server, or those of a cluster separated by commas. */
  readonly url: string;
  /** The service's name: names the connection and its inbox. */
  readonly service: string;
  /** The nkey seed (`SU…`); absent only where the server asks for none. */
  readonly nkeySeed?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly log: Log;
}

/** What happens to the connection: it went, it came back, or the server refused a publish or a subscription. */
export type BusChange =
  { readonly kind: 'lost' } | { readonly kind: 'restored' } | { readonly kind: 'refused'; readonly subject: string };

const RECONNECT_PAUSE_MS = 200;
const PING_INTERVAL_MS = 10_000;
/** Creating a stream may wait for a slow disk. */
const API_TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** One process's connection to NATS. It comes back by itself for as long as it is not closed. */
export class Bus {
  readonly service: string;
  private readonly listeners = new Set<(change: BusChange) => void>();
  private manager: Promise<JetStreamManager> | null = null;
  private readonly outgoing: Outgoing;
  private up = true;

  constructor(
    readonly connection: NatsConnection,
    private readonly options: BusOptions,
  ) {
    this.service = options.service;
    this.outgoing = new Outgoing(connection);
    void this.follow();
  }

  /** Whether messages get through right now. */
  get connected(): boolean {
    return this.up && !this.connection.isClosed();
  }

  get jetstream(): JetStreamClient {
    return jetstream(this.connection);
  }

  /** The JetStream API, without the account check that ordinary users may not make. */
  get admin(): Promise<JetStreamManager> {
    this.manager ??= jetstreamManager(this.connection, { checkAPI: false, timeout: API_TIMEOUT_MS });
    return this.manager;
  }

  /** Calls back on every change of the connection; answers how to stop. */
  onChange(listener: (change: BusChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Hands over every message of a subject; that the server refuses the subscription is told by `onChange`. */
  subscribe(subject: string, receive: (message: Msg) => void, queue?: string): Subscription {
    const callback = (refused: Error | null, message: Msg): void =>
      refused ? this.tell({ kind: 'refused', subject }) : receive(message);
    return this.connection.subscribe(subject, { queue, callback });
  }

  /** Sends a message at the end of this turn of the event loop, in one write with all others of it. */
  send(message: OutgoingMessage): void {
    this.outgoing.send(message);
  }

  /**
   * Does something on the connection and waits until the server has seen it.
   * @throws Error when the server refused any of it
   */
  async confirmed(act: () => void): Promise<void> {
    const refused: string[] = [];
    const stop = this.onChange((change) => {
      if (change.kind === 'refused') refused.push(change.subject);
    });
    act();
    await this.connection.flush();
    stop();
    if (refused.length > 0) throw new Error(`NATS does not let ${this.service} use ${refused.join(', ')}`);
  }

  /** Sends what is on its way, then closes; while the server is away there is nothing to wait for. */
  async drain(): Promise<void> {
    this.outgoing.flush();
    if (this.connected) await this.connection.drain().catch(() => undefined);
    await this.connection.close();
  }

  private async follow(): Promise<void> {
    for await (const status of this.connection.status()) this.take(status);
    this.tell({ kind: 'lost' });
  }

  private take(status: Status): void {
    const { log } = this.options;
    if (status.type === 'disconnect') {
      log.warn({ server: status.server }, 'The connection to NATS was lost');
      this.tell({ kind: 'lost' });
    } else if (status.type === 'reconnect') {
      log.info({ server: status.server }, 'The connection to NATS is back');
      this.tell({ kind: 'restored' });
    } else if (status.type === 'error') {
      log.error({ err: status.error }, 'NATS refused something');
      const { operation, subject } = status.error as Partial<PermissionViolationError>;
      if (operation === 'publish' && subject) this.tell({ kind: 'refused', subject });
    }
  }

  private tell(change: BusChange): void {
    if (change.kind !== 'refused') this.up = change.kind === 'restored';
    for (const listener of this.listeners) listener(change);
  }
}

/** Joins the bus; fails at once when the server can't be reached, refuses the key, or asks nobody for one. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { tls, nkeySeed } = options;
  const connection = await connect({
    servers: options.url.split(','),
    name: options.service,
    inboxPrefix: inboxPrefix(options.service),
    authenticator: nkeySeed ? nkeyAuthenticator(nkeySeed) : undefined,
    tls: tls ? { ca: readPem(tls.caFile), cert: readPem(tls.certFile), key: readPem(tls.keyFile) } : undefined,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_PAUSE_MS,
    ignoreAuthErrorAbort: true,
    pingInterval: PING_INTERVAL_MS,
    timeout: CONNECT_TIMEOUT_MS,
    noAsyncTraces: true,
  });
  if (nkeySeed && !connection.info?.auth_required) {
    await connection.close();
    throw new Error('it asks nobody for a key, so whoever reaches it could read and answer for every tenant');
  }
  return new Bus(connection, options);
}

function readPem(file: string | undefined): string | undefined {
  return file ? readFileSync(file, 'utf8') : undefined;
}
