import type { RowDecoder } from './row-decoder.js';

/** A statement that a connection has parsed, or is parsing in the flight that takes off. */
export interface Prepared {
  readonly name: string;
  /** Known after the first result; from then on the columns are not asked for again. */
  decoder: RowDecoder | null;
  parsed: boolean;
  /** It has run, so the server knows it: whoever names it can't fail because its parsing did. */
  proven: boolean;
}

/** The named statements of one connection: the least recently used one is closed when there are too many. */
export class StatementCache {
  readonly #known = new Map<string, Prepared>();
  #toClose: string[] = [];
  #serial = 0;

  constructor(readonly capacity: number) {}

  /** The statement of a key, to be parsed first if it is new. */
  take(key: string): Prepared {
    const known = this.#known.get(key);
    if (known) {
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    const prepared: Prepared = { name: `s${++this.#serial}`, decoder: null, parsed: false, proven: false };
    this.#known.set(key, prepared);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.capacity) {
        break;
      }
      this.forget(oldest);
    }
    return prepared;
  }

  /** Whether somebody may name it without waiting for anybody else: it has run, or nobody has used it yet. */
  isSettled(key: string): boolean {
    const known = this.#known.get(key);
    return !known || known.proven;
  }

  /** Gives up a statement; its name is never used again, so it may or may not exist on the server. */
  forget(key: string): void {
    const known = this.#known.get(key);
    if (known) {
      this.#known.delete(key);
      this.#toClose.push(known.name);
    }
  }

  /** The names to close with the next flight. */
  drainClosing(): readonly string[] {
    if (this.#toClose.length === 0) {
      return [];
    }
    const names = this.#toClose;
    this.#toClose = [];
    return names;
  }
}
