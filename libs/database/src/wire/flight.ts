import pg from 'pg';
import { serialize } from 'pg-protocol';
import { type Encoded, encodeValue } from './encode.js';
import { type ColumnFacts, RowDecoder } from './row-decoder.js';
import type { Prepared, StatementCache } from './statement-cache.js';

/** One statement of a flight. */
export interface Step {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Prepares it under this key, and uses it prepared from then on; null sends it unnamed. */
  readonly key: string | null;
  /** It gives no rows, so its columns are not asked for. */
  readonly silent?: boolean;
}

export interface StepResult {
  readonly rows: object[];
  /** The command's tag, e.g. `INSERT 0 1`. */
  tag: string;
}

/** The part of the driver's connection that a flight speaks to. */
export interface Wire {
  readonly stream: { readonly writable: boolean; write(bytes: Buffer): void };
  once(event: 'readyForQuery' | 'end', listener: () => void): void;
  removeListener(event: 'readyForQuery' | 'end', listener: () => void): void;
}

/** How a flight ended. */
export interface Landing {
  readonly results: readonly StepResult[];
  readonly error: Error | null;
  /** The session ended with it. */
  readonly lost: boolean;
}

interface Leg {
  readonly step: Step;
  readonly values: readonly Encoded[];
  prepared: Prepared | null;
  decoder: RowDecoder | null;
  readonly result: StepResult;
}

const DESCRIBE_PORTAL = { type: 'P' } as const;

/**
 * Several statements sent at once and ended by a single Sync: one round trip, and, unless a step begins a transaction,
 * one implicit transaction, so that what an early step sets locally holds for the later ones and ends with them. When
 * one fails, those after it do not run.
 *
 * The driver hands over a connection by calling `submit`, and then tells what the server says.
 */
export class Flight {
  readonly #legs: Leg[];
  readonly #statements: StatementCache;
  readonly #land: (landing: Landing) => void;
  #landed = 0;
  #failure: Error | null = null;

  constructor(steps: readonly Step[], statements: StatementCache, land: (landing: Landing) => void) {
    // Everything that can throw happens before the first byte is sent.
    this.#legs = steps.map((step) => ({
      step,
      values: step.values.map(encodeValue),
      prepared: null,
      decoder: null,
      result: { rows: [], tag: '' },
    }));
    this.#statements = statements;
    this.#land = land;
  }

  /** One write: the driver's own functions would make one for each message, and those are what a short read costs. */
  submit({ stream }: Wire): void {
    const messages = this.#statements.drainClosing().map((name) => serialize.close({ type: 'S', name }));
    for (const leg of this.#legs) {
      this.#print(leg, messages);
    }
    messages.push(serialize.sync());
    if (stream.writable) {
      stream.write(Buffer.concat(messages));
    }
  }

  #print(leg: Leg, messages: Buffer[]): void {
    const { step } = leg;
    const statement = step.key === null ? '' : this.#prepare(leg, step.key, messages);
    if (step.key === null) {
      messages.push(serialize.parse({ name: '', text: step.text }));
    }
    messages.push(serialize.bind({ statement, values: leg.values as Encoded[] }));
    if (!leg.decoder && !step.silent) {
      messages.push(serialize.describe(DESCRIBE_PORTAL));
    }
    messages.push(serialize.execute());
  }

  #prepare(leg: Leg, key: string, messages: Buffer[]): string {
    const prepared = this.#statements.take(key);
    leg.prepared = prepared;
    leg.decoder = prepared.decoder;
    if (!prepared.parsed) {
      messages.push(serialize.parse({ name: prepared.name, text: leg.step.text }));
      prepared.parsed = true;
    }
    return prepared.name;
  }

  handleRowDescription(message: { fields: readonly ColumnFacts[] }): void {
    const leg = this.#legs[this.#landed]!;
    leg.decoder = new RowDecoder(message.fields);
    if (leg.prepared) {
      leg.prepared.decoder = leg.decoder;
    }
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const leg = this.#legs[this.#landed]!;
    if (!leg.decoder || this.#failure) {
      return;
    }
    try {
      leg.result.rows.push(leg.decoder.decode(message.fields));
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error('a row could not be read', { cause: error });
    }
  }

  handleCommandComplete(message: { text: string }): void {
    const leg = this.#legs[this.#landed++]!;
    leg.result.tag = message.text;
    if (leg.prepared) {
      leg.prepared.proven = true;
    }
  }

  handleEmptyQuery(): void {
    this.#landed++;
  }

  handleReadyForQuery(): void {
    this.#land({ results: this.#legs.map((leg) => leg.result), error: this.#failure, lost: false });
  }

  /** Waits for the server to be ready again before it tells, so that the connection's state is known by then. */
  handleError(error: Error, wire: Wire): void {
    this.#forgetFrom(this.#landed);
    if (!(error instanceof pg.DatabaseError) || error.severity === 'FATAL' || error.severity === 'PANIC') {
      this.#land({ results: [], error, lost: true });
      return;
    }
    const listen = (event: 'readyForQuery' | 'end', lost: boolean) => {
      const tell = (): void => {
        stop();
        this.#land({ results: [], error, lost });
      };
      wire.once(event, tell);
      return () => wire.removeListener(event, tell);
    };
    const stops = [listen('readyForQuery', false), listen('end', true)];
    const stop = (): void => stops.forEach((one) => one());
  }

  /** Whether these were parsed is unknown after an error, and a plan may have been the error. */
  #forgetFrom(index: number): void {
    for (const { step } of this.#legs.slice(index)) {
      if (step.key !== null) {
        this.#statements.forget(step.key);
      }
    }
  }

  handlePortalSuspended(): void {
    this.#failure = new Error('a statement was suspended without a row limit');
  }

  handleCopyInResponse(wire: { sendCopyFail(reason: string): void }): void {
    wire.sendCopyFail('copy is not used here');
  }

  handleCopyData(): void {
    this.#failure = new Error('copy is not used here');
  }
}

// A pipelining client takes its own queries only, because one that keeps a portal open would mix up the answers of those
// behind it. A flight keeps none open.
Object.setPrototypeOf(Flight.prototype, pg.Query.prototype as object);
