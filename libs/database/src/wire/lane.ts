import type { TenantContext } from '@tenantry/kernel';
import { abortFault } from './abort.js';
import type { PgConnection } from './connection.js';
import type { Landing, Step, StepResult } from './flight.js';
import { idleMs } from './idle-clock.js';
import type { Pace } from './pace.js';

/** A read that takes longer is not short. */
export const SHORT_READ_MS = 1;
/** A lane takes reads as long as the last one waits no longer than this for those before it. */
const BACKLOG_MS = 2;
const MAX_RIDERS = 64;
/** After so long without a landing nobody is sent after the one that is on its way. */
const HELD_UP_MS = 20;

/** Whoever asks: a signal may cost something once it is looked at, which a short read leaves. */
export type Interest = Pick<TenantContext, 'signal'>;

interface Rider {
  readonly statement: Step;
  readonly interest: Interest;
  readonly expectedMs: number;
  /** Results, or null: take another way. */
  readonly settle: (results: readonly StepResult[] | null) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * A connection that short reads share. Each is a flight of its own, with its own Sync and so its own implicit
 * transaction; it only does not wait for the answer to the one before it. The server wakes once for many, which is most
 * of what a short read costs.
 *
 * Only what may be sent twice rides here: a read whose way is blocked is told to take a connection of its own.
 */
export class Lane {
  readonly #connection: PgConnection;
  readonly #pace: Pace;
  readonly #done: () => void;
  readonly #riders: Rider[] = [];
  #backlogMs = 0;
  #landedAtMs = 0;
  #seenAhead: Rider | undefined;
  #followed: Rider | undefined;
  #retired = false;

  /** `done` is called once, when the lane is retired and the last read has landed. */
  constructor(connection: PgConnection, pace: Pace, done: () => void) {
    this.#connection = connection;
    this.#pace = pace;
    this.#done = done;
    connection.onLoss = () => this.retire();
    connection.pipeline();
  }

  get connection(): PgConnection {
    return this.#connection;
  }

  get isEmpty(): boolean {
    return this.#riders.length === 0;
  }

  /** Whether a read would hardly wait, and could not fail by another's fault. */
  admits(steps: readonly Step[]): boolean {
    if (this.#retired || !this.#connection.knows(steps)) {
      return false;
    }
    const waiting = this.#riders.length;
    return (
      waiting === 0 ||
      (waiting < MAX_RIDERS && this.#backlogMs < BACKLOG_MS && idleMs() - this.#landedAtMs < HELD_UP_MS)
    );
  }

  /**
   * Sends a read after those that are on their way. Being short it is left to end; it is given up when its caller goes away
   * only once it turned out not to be short.
   * @returns null when it must take another way: the session ended, or a read before it turned out not to be short
   */
  ride(steps: readonly Step[], interest: Interest): Promise<readonly StepResult[] | null> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly StepResult[] | null>();
    const statement = steps.at(-1)!;
    const expectedMs = Math.min(this.#pace.expectMs(statement.text), BACKLOG_MS);
    const rider = { statement, interest, expectedMs, settle: resolve, fail: reject };
    if (this.isEmpty) {
      this.#landedAtMs = idleMs();
    }
    this.#connection.launch(steps, (landing) => this.#land(rider, landing));
    this.#connection.uses++;
    this.#riders.push(rider);
    this.#backlogMs += rider.expectedMs;
    return promise;
  }

  /** Takes no more reads; those on their way end as they would. */
  retire(): void {
    if (this.#retired) {
      return;
    }
    this.#retired = true;
    if (this.isEmpty) {
      this.#done();
    }
  }

  /**
   * Called now and then: a read that was ahead last time too is not short. Whoever is behind it goes elsewhere, and its own
   * caller may give it up.
   */
  relieve(): void {
    const ahead = this.#riders[0];
    if (ahead && ahead === this.#seenAhead) {
      this.retire();
      for (const behind of this.#riders.slice(1)) {
        behind.settle(null);
      }
      this.#followSignalOf(ahead);
    }
    this.#seenAhead = ahead;
  }

  #followSignalOf(rider: Rider): void {
    if (rider === this.#followed) {
      return;
    }
    this.#followed = rider;
    const { signal } = rider.interest;
    const giveUp = (): void => rider.fail(abortFault(signal!));
    if (signal?.aborted) {
      giveUp();
    }
    signal?.addEventListener('abort', giveUp, { once: true });
  }

  #land(rider: Rider, { results, error, lost }: Landing): void {
    const now = idleMs();
    this.#pace.learn(rider.statement.text, now - this.#landedAtMs);
    this.#landedAtMs = now;
    this.#riders.splice(this.#riders.indexOf(rider), 1);
    this.#backlogMs = this.isEmpty ? 0 : this.#backlogMs - rider.expectedMs;
    if (lost) {
      rider.settle(null);
    } else if (error) {
      rider.fail(error);
    } else {
      rider.settle(results);
    }
    this.#check();
  }

  /** A read that left a transaction open was none; nobody follows it. */
  #check(): void {
    this.#retired ||= this.#connection.isInTransaction;
    if (this.#retired && this.isEmpty) {
      this.#done();
    }
  }
}
