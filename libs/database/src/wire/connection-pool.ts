import { Fault } from '@tenantry/kernel';
import { abortFault, refuseAborted } from './abort.js';
import { type ConnectionOptions, PgConnection } from './connection.js';
import type { Step } from './flight.js';
import type { Lane } from './lane.js';
import { Lanes } from './lanes.js';
import type { Pace } from './pace.js';

/** Limits of one pool. */
export interface PoolOptions extends ConnectionOptions {
  readonly maxConnections: number;
  /** How long a caller waits for a free connection. */
  readonly acquireTimeoutMs: number;
  /** Sessions grow with the schemas they have touched, so none lives for ever. */
  readonly maxAgeMs: number;
  readonly maxUses: number;
  readonly maxIdleMs: number;
}

interface Waiter {
  readonly sinceMs: number;
  take(connection: PgConnection): void;
  refuse(error: Error): void;
}

/** How precisely waiting and idle times are kept; one timer for all is cheaper than one for each. */
const SWEEP_INTERVAL_MS = 250;

const tooBusy = (): Fault => new Fault('unavailable', { detail: 'The database is too busy right now', retryAfterS: 1 });

/** The connections to one cell. The most recently used one goes first, so that a quiet pool shrinks. */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle: PgConnection[] = [];
  readonly #waiting = new Set<Waiter>();
  readonly #lanes: Lanes;
  readonly #sweeper: NodeJS.Timeout;
  #open = 0;
  #closing: (() => void) | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#lanes = new Lanes(options.maxConnections, {
      tryAcquire: () => this.tryAcquire(),
      drop: (connection) => this.#drop(connection),
    });
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  /** A lane for a short read; null: it takes a connection of its own. */
  laneFor(steps: readonly Step[]): Lane | null {
    return this.#lanes.find(steps);
  }

  /** How long this pool's reads take. */
  get pace(): Pace {
    return this.#lanes.pace;
  }

  /** A connection that is free this very moment. */
  tryAcquire(): PgConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection || connection.isClean) {
        return connection;
      }
      this.#drop(connection);
    }
  }

  /** @throws Fault `unavailable` when none becomes free in time, or the database can't be reached */
  async acquire(signal: AbortSignal | null = null): Promise<PgConnection> {
    refuseAborted(signal);
    if (this.#closing) {
      throw new Fault('unavailable', { detail: 'The service is shutting down', retryAfterS: 1 });
    }
    const free = this.tryAcquire();
    if (free) {
      return free;
    }
    if (this.#open < this.#options.maxConnections) {
      return this.#connect();
    }
    return this.#wait(signal);
  }

  /** Gives a connection back. One that is worn out, or not provably clean, is closed instead. */
  release(connection: PgConnection): void {
    connection.uses++;
    if (!connection.isClean || this.#isWornOut(connection)) {
      this.#drop(connection);
      return;
    }
    if (!this.#lanes.claim(connection)) {
      this.#offer(connection);
    }
  }

  /** A connection that the pool neither counts nor keeps; its caller closes it. */
  openApart(): Promise<PgConnection> {
    return PgConnection.open(this.#options);
  }

  /** Waits for the connections in use, and closes all. */
  async close(): Promise<void> {
    if (this.#closing) {
      return;
    }
    clearInterval(this.#sweeper);
    const drained = new Promise<void>((resolve) => (this.#closing = resolve));
    for (const waiter of this.#waiting) {
      waiter.refuse(new Fault('unavailable', { detail: 'The service is shutting down', retryAfterS: 1 }));
    }
    for (const connection of this.#idle.splice(0)) {
      this.#drop(connection);
    }
    this.#lanes.close();
    if (this.#open > 0) {
      await drained;
    }
  }

  async #connect(): Promise<PgConnection> {
    this.#open++;
    try {
      return await PgConnection.open(this.#options);
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #wait(signal: AbortSignal | null): Promise<PgConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<PgConnection>();
    const onAbort = (): void => waiter.refuse(abortFault(signal!));
    const leave = (): void => {
      signal?.removeEventListener('abort', onAbort);
      this.#waiting.delete(waiter);
    };
    const waiter: Waiter = {
      sinceMs: Date.now(),
      take: (connection) => {
        leave();
        resolve(connection);
      },
      refuse: (error) => {
        leave();
        reject(error);
      },
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(waiter);
    return promise;
  }

  #offer(connection: PgConnection): void {
    if (this.#closing) {
      this.#drop(connection);
      return;
    }
    const next = this.#nextWaiter();
    if (next) {
      next.take(connection);
      return;
    }
    connection.idleSinceMs = Date.now();
    this.#idle.push(connection);
  }

  #nextWaiter(): Waiter | undefined {
    return this.#waiting.values().next().value;
  }

  #isWornOut(connection: PgConnection): boolean {
    return connection.uses >= this.#options.maxUses || Date.now() - connection.bornAtMs >= this.#options.maxAgeMs;
  }

  #drop(connection: PgConnection): void {
    connection.close().then(
      () => this.#forget(),
      () => this.#forget(),
    );
  }

  /** A place is free: whoever waits gets a new connection. */
  #forget(): void {
    this.#open--;
    if (this.#closing) {
      if (this.#open === 0) {
        this.#closing();
      }
      return;
    }
    if (this.#waiting.size > 0 && this.#open < this.#options.maxConnections) {
      this.#connect().then(
        (connection) => this.#offer(connection),
        (error: Error) => this.#nextWaiter()?.refuse(error),
      );
    }
  }

  #sweep(): void {
    const now = Date.now();
    for (const waiter of this.#waiting) {
      if (now - waiter.sinceMs < this.#options.acquireTimeoutMs) {
        break;
      }
      waiter.refuse(tooBusy());
    }
    const isStale = (one: PgConnection): boolean =>
      this.#isWornOut(one) || now - one.idleSinceMs >= this.#options.maxIdleMs;
    this.#lanes.sweep(now, isStale);
    for (const connection of this.#idle.filter((one) => !one.isClean || isStale(one))) {
      this.#idle.splice(this.#idle.indexOf(connection), 1);
      this.#drop(connection);
    }
  }
}
