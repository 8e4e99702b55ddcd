import { Fault } from '@tenantry/kernel';
import { HOME_CELL } from './home-cell.js';
import { ConnectionPool, type PoolOptions } from './wire/connection-pool.js';

/** The pools of one service: one for each cell. */
export class Cells {
  readonly #pools: ReadonlyMap<string, ConnectionPool>;
  readonly #relays = new Map<string, Set<() => void>>();

  constructor(urls: Readonly<Record<string, string>>, options: Omit<PoolOptions, 'url'>) {
    this.#pools = new Map(Object.entries(urls).map(([cell, url]) => [cell, new ConnectionPool({ ...options, url })]));
  }

  /** @throws Fault `unavailable` for a cell that this service was not told about */
  pool(cell: string): ConnectionPool {
    const pool = this.#pools.get(cell);
    if (!pool) {
      throw new Fault('unavailable', { cause: new Error(`this service has no database for cell "${cell}"`) });
    }
    return pool;
  }

  /** Calls back when this process has committed messages to a cell's outbox; answers how to stop. */
  onOutbox(cell: string, wake: () => void): () => void {
    const relays = this.#relays.get(cell) ?? new Set();
    this.#relays.set(cell, relays.add(wake));
    return () => relays.delete(wake);
  }

  /** Messages were committed to a cell's outbox. */
  tellOutbox(cell: string): void {
    this.#relays.get(cell)?.forEach((wake) => wake());
  }

  get home(): ConnectionPool {
    return this.pool(HOME_CELL);
  }

  get entries(): Iterable<readonly [string, ConnectionPool]> {
    return this.#pools;
  }

  get all(): readonly ConnectionPool[] {
    return [...this.#pools.values()];
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((pool) => pool.close()));
  }
}
