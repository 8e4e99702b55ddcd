import pg from 'pg';
import { abortFault, refuseAborted } from './abort.js';
import { type Backend, sendCancelRequest } from './cancel-request.js';
import { Flight, type Landing, type Step, type StepResult } from './flight.js';
import { StatementCache } from './statement-cache.js';

/** How long the server may take to give up a cancelled statement before its connection is cut. */
const CANCEL_PATIENCE_MS = 5_000;

/** How one pool's connections are made. */
export interface ConnectionOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  readonly connectTimeoutMs: number;
  /** Settings of the session, e.g. `statement_timeout`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Named statements kept by each connection. */
  readonly statements: number;
}

/** One session with Postgres. It is used by one caller at a time, and between callers it carries nothing of them. */
export class PgConnection {
  readonly bornAtMs = Date.now();
  uses = 0;
  idleSinceMs = 0;
  readonly #client: pg.Client;
  readonly #statements: StatementCache;
  #usable = true;
  #flights = 0;
  #onLoss: (() => void) | null = null;

  private constructor(client: pg.Client, statements: number) {
    this.#client = client;
    this.#statements = new StatementCache(statements);
    client.once('end', () => this.#lose());
    // Without a listener a lost connection would end the process; whoever uses it is told by its flight.
    client.on('error', () => this.#lose());
  }

  static async open(options: ConnectionOptions): Promise<PgConnection> {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: options.name,
      connectionTimeoutMillis: options.connectTimeoutMs,
      keepAlive: true,
      options: Object.entries(options.settings)
        .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
        .join(' '),
    });
    const connection = new PgConnection(client, options.statements);
    await client.connect();
    return connection;
  }

  /** Whether it may serve another caller: alive, idle, and outside any transaction. */
  get isClean(): boolean {
    return this.#usable && this.#flights === 0 && this.#client.getTransactionStatus() === 'I';
  }

  /** From now on flights are sent without waiting for the answers to those before them. */
  pipeline(): void {
    (this.#client as pg.Client & { pipeline: boolean }).pipeline = true;
  }

  /** Whether steps depend on no statement that another flight is still preparing. */
  knows(steps: readonly Step[]): boolean {
    return steps.every(({ key }) => key !== null && this.#statements.isSettled(key));
  }

  /** Whether a transaction is open, failed or not. */
  get isInTransaction(): boolean {
    return this.#usable && this.#client.getTransactionStatus() !== 'I';
  }

  /** Whether a transaction is open in which nothing works any more but going back. */
  get isTransactionFailed(): boolean {
    return this.#client.getTransactionStatus() === 'E';
  }

  /** Sets the one callback for the end of the session, whoever ends it; null when nobody cares any more. */
  set onLoss(callback: (() => void) | null) {
    this.#onLoss = callback;
  }

  /**
   * Sends steps in one flight. When the signal is aborted meanwhile the server is asked to stop, and the flight fails
   * with the signal's reason once the connection is known to be quiet.
   */
  fly(steps: readonly Step[], signal: AbortSignal | null = null): Promise<readonly StepResult[]> {
    return signal ? this.#flyUnless(signal, steps) : this.#send(steps);
  }

  async #flyUnless(signal: AbortSignal, steps: readonly Step[]): Promise<readonly StepResult[]> {
    refuseAborted(signal);
    let quiet: Promise<void> | undefined;
    const stop = (): void => {
      quiet = this.#cancel();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.#send(steps);
    } catch (error) {
      throw signal.aborted ? abortFault(signal) : error;
    } finally {
      signal.removeEventListener('abort', stop);
      await quiet;
    }
  }

  /** Sends whatever text, several statements too: for migrations only. */
  async script(text: string): Promise<void> {
    await this.#client.query(text);
  }

  onNotification(callback: () => void): void {
    this.#client.on('notification', callback);
  }

  /** Ends the session, at once when something is running. */
  async close(): Promise<void> {
    this.#usable = false;
    await this.#client.end();
  }

  #lose(): void {
    this.#usable = false;
    this.#onLoss?.();
  }

  #send(steps: readonly Step[]): Promise<readonly StepResult[]> {
    return new Promise((resolve, reject) => {
      this.launch(steps, ({ results, error }) => {
        if (error) {
          reject(error);
        } else {
          resolve(results);
        }
      });
    });
  }

  /** Sends steps in one flight, and tells once how it ended. */
  launch(steps: readonly Step[], land: (landing: Landing) => void): void {
    const flight = new Flight(steps, this.#statements, (landing) => {
      this.#flights--;
      if (landing.lost) {
        this.#lose();
      }
      land(landing);
    });
    this.#flights++;
    this.#client.query(flight as unknown as pg.Submittable);
  }

  /**
   * A cancel request names a backend, not a statement: one that arrives late hits whatever runs then. So the connection
   * is not given back before the request is known to have arrived, and one more flight has soaked it up.
   */
  async #cancel(): Promise<void> {
    const cut = setTimeout(() => this.#cut(), CANCEL_PATIENCE_MS);
    try {
      const arrived = await sendCancelRequest(this.#client as unknown as Backend);
      if (!arrived) {
        this.#cut();
        return;
      }
      await this.#send([{ text: 'select 1', values: [], key: 'settle', silent: true }]).catch(() => undefined);
    } finally {
      clearTimeout(cut);
    }
  }

  #cut(): void {
    this.#usable = false;
    this.#client.connection.stream.destroy();
  }
}
