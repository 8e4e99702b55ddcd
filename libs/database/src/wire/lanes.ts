import type { PgConnection } from './connection.js';
import type { Step } from './flight.js';
import { Lane, SHORT_READ_MS } from './lane.js';
import { Pace } from './pace.js';

/** Of a pool's connections so many at most are lanes: one carries some ten thousand short reads a second. */
const SHARE = 1 / 4;
const MAX_LANES = 4;

/** What the lanes of a pool need of it. */
export interface LaneOwner {
  /** A connection that is free this very moment. */
  tryAcquire(): PgConnection | undefined;
  /** Takes back the connection of a lane that has ended. */
  drop(connection: PgConnection): void;
}

/** The lanes of one pool, and what it knows of how long its reads take. */
export class Lanes {
  readonly pace = new Pace();
  readonly #lanes = new Set<Lane>();
  readonly #most: number;
  readonly #owner: LaneOwner;
  /** A read would have liked a lane when no connection was free. */
  #wanted = false;
  #closed = false;

  constructor(maxConnections: number, owner: LaneOwner) {
    this.#most = Math.min(MAX_LANES, Math.floor(maxConnections * SHARE));
    this.#owner = owner;
  }

  /** A lane for a read that is known to be short, and would hardly wait there. What is sent unnamed is not known. */
  find(steps: readonly Step[]): Lane | null {
    const { key, text } = steps.at(-1)!;
    if (this.#closed || key === null || this.pace.expectMs(text) > SHORT_READ_MS) {
      return null;
    }
    for (const lane of this.#lanes) {
      if (lane.admits(steps)) {
        return lane;
      }
    }
    return this.#oneMore(steps);
  }

  /** Whether a connection that is given back became a lane. */
  claim(connection: PgConnection): boolean {
    if (!this.#wanted) {
      return false;
    }
    this.#wanted = false;
    this.#open(connection);
    return true;
  }

  /** Called now and then. `isStale` says which connections have served long enough. */
  sweep(nowMs: number, isStale: (connection: PgConnection) => boolean): void {
    for (const lane of this.#lanes) {
      lane.relieve();
      const { connection } = lane;
      if (!lane.isEmpty) {
        connection.idleSinceMs = nowMs;
      }
      if (isStale(connection)) {
        lane.retire();
      }
    }
  }

  /** Lets what is on its way end, and no more follow. */
  close(): void {
    this.#closed = true;
    this.#wanted = false;
    for (const lane of this.#lanes) {
      lane.retire();
    }
  }

  #oneMore(steps: readonly Step[]): Lane | null {
    if (this.#lanes.size >= this.#most) {
      return null;
    }
    const connection = this.#owner.tryAcquire();
    this.#wanted = !connection;
    const lane = connection && this.#open(connection);
    return lane?.admits(steps) ? lane : null;
  }

  #open(connection: PgConnection): Lane {
    const lane = new Lane(connection, this.pace, () => {
      this.#lanes.delete(lane);
      this.#owner.drop(connection);
    });
    connection.idleSinceMs = Date.now();
    this.#lanes.add(lane);
    return lane;
  }
}
