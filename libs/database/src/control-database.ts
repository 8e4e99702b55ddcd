import { PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import type { Cells } from './cells.js';
import { type DoorParts, actorSettings, observed } from './door.js';
import { HOME_CELL } from './home-cell.js';
import { holdExclusively } from './exclusive.js';
import { listen } from './listen.js';
import { rollBack, runTransaction } from './run-transaction.js';
import type { Sql } from './sql.js';
import type { Transaction } from './transaction.js';
import type { ConnectionPool } from './wire/connection-pool.js';
import type { PgConnection } from './wire/connection.js';
import type { Step } from './wire/flight.js';
import { type Settings, fixedStep, settingStep, statementStep } from './wire/steps.js';

export interface JobOptions {
  /** Acts within this tenant as well: its tenant tables are visible as far as the job's rights go. */
  readonly tenantId?: string;
  /** The request that the job serves (sign-in, for example): names the actor in its events, cancels with it. */
  readonly ctx?: TenantContext;
  /** The cell to work on; the home cell unless said otherwise. */
  readonly cell?: string;
}

/** One narrow task of the control plane, run under its own role `<service>_<job>`. */
export interface Job {
  /** One statement in its own commit; may write. */
  query<T extends object>(statement: Sql, options?: JobOptions): Promise<T[]>;
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: JobOptions): Promise<T>;
}

/** Something that goes on until it is closed. */
export interface Subscription {
  close(): Promise<void>;
}

/** The door to control tables. Every access names the job, and Postgres grants each job only what it needs. */
export abstract class ControlDatabase {
  /** The job's role, e.g. `identity_signin`. */
  abstract job(role: string): Job;

  /** Calls back on every NOTIFY of a channel, and once after each (re)connection because some may have been missed. */
  abstract listen(channel: string, onNotify: () => void, cell?: string): Promise<Subscription>;

  /** As `listen`, for the service's own outbox: who commits to it in this process calls back by itself. */
  abstract onOutbox(wake: () => void, cell?: string): Promise<Subscription>;

  /**
   * Runs `work` if no other process is running work of this name; answers whether it ran. The signal is aborted when
   * the lock is lost with its connection.
   */
  abstract exclusive(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<boolean>;

  /** Whether every cell answers, for readiness. */
  abstract ping(): Promise<void>;
}

const BEGIN = fixedStep('begin read write');
const COMMIT = fixedStep('commit');

/** The door itself; only `openDoors` makes it. */
export class PostgresControlDatabase extends ControlDatabase {
  readonly #parts: DoorParts;

  constructor(parts: DoorParts) {
    super();
    this.#parts = parts;
  }

  override job(role: string): Job {
    if (!role.startsWith(`${this.#parts.service}_`)) {
      throw new TypeError(`${role} is not a job of ${this.#parts.service}`);
    }
    return {
      query: (statement, options = {}) => this.#query(role, statement, options),
      transaction: (work, options = {}) => this.#transaction(role, work, options),
    };
  }

  override listen(channel: string, onNotify: () => void, cell = HOME_CELL): Promise<Subscription> {
    return listen(this.#parts.cells.pool(cell), channel, onNotify);
  }

  override async onOutbox(wake: () => void, cell = HOME_CELL): Promise<Subscription> {
    const { cells, service } = this.#parts;
    const stop = cells.onOutbox(cell, wake);
    const listening = await listen(cells.pool(cell), `${service}_outbox`, wake);
    return {
      close: () => {
        stop();
        return listening.close();
      },
    };
  }

  override exclusive(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    return holdExclusively(this.#parts.cells.home, `${this.#parts.service}:${name}`, work);
  }

  override async ping(): Promise<void> {
    const answer = async (connection: PgConnection, pool: ConnectionPool): Promise<void> => {
      try {
        await connection.fly([fixedStep('select 1')]);
      } finally {
        pool.release(connection);
      }
    };
    await Promise.all(this.#parts.cells.all.map(async (pool) => answer(await pool.acquire(), pool)));
  }

  #query<T extends object>(role: string, statement: Sql, options: JobOptions): Promise<T[]> {
    const { cells, observe } = this.#parts;
    const step = statementStep(statement, { key: `${role}|` });
    const enter = settingStep({ ...settingsOf(options), role });
    const done = observe?.({ door: 'control', kind: 'query', tenantId: tenantOf(options), text: step.text });
    return observed(done, commitInOneFlight(cells, options, [BEGIN, enter, step, COMMIT])) as Promise<T[]>;
  }

  #transaction<T>(role: string, work: (tx: Transaction) => Promise<T>, options: JobOptions): Promise<T> {
    const { service, cells, observe } = this.#parts;
    const tenantId = tenantOf(options);
    const shape = { key: `${role}|` };
    const plan = { service, tenantId, ctx: options.ctx ?? null, settings: settingsOf(options), place: { role }, shape };
    const done = observe?.({ door: 'control', kind: 'transaction', tenantId, text: null });
    return observed(done, runTransaction(cells, options.cell ?? HOME_CELL, plan, work));
  }
}

/** Begin, role, statement and commit at once; answers the statement's rows. */
async function commitInOneFlight(cells: Cells, { cell, ctx }: JobOptions, steps: readonly Step[]): Promise<object[]> {
  const signal = ctx?.signal ?? null;
  const pool = cells.pool(cell ?? HOME_CELL);
  const connection = await pool.acquire(signal);
  try {
    return (await connection.fly(steps, signal))[2]!.rows;
  } finally {
    await rollBack(connection);
    pool.release(connection);
  }
}

/** A job that serves no tenant acts for the platform, which is a tenant too. */
function tenantOf({ tenantId, ctx }: JobOptions): string {
  return tenantId ?? ctx?.tenantId ?? PLATFORM_TENANT_ID;
}

function settingsOf(options: JobOptions): Settings {
  return { 'app.tenant_id': tenantOf(options), ...(options.ctx ? actorSettings(options.ctx) : {}) };
}
