import { hkdfSync } from 'node:crypto';
import { openBytes, sealBytes } from '@tenantry/database';
import type { LedgerRange, LedgerStream } from '@tenantry/messaging';

const KEY_BYTES = 32;

/** An entry of a ledger, opened. */
export interface LedgerEntry {
  readonly sequence: number;
  readonly id: string;
  readonly said: unknown;
}

/** What a ledger needs of its stream. */
export type LedgerPlace = Pick<LedgerStream, 'append' | 'range' | 'read'>;

/**
 * A service's ledger: what must be known although Postgres is set back to an older state. Entries are sealed under a key derived from the master key, so
 * they can be opened whatever keys a restored database has, and a copied ledger tells nothing.
 */
export class Ledger {
  readonly #keys: readonly Uint8Array[];

  /** @param masterKeys the one that seals, and those that still open while it is being changed */
  constructor(
    private readonly place: LedgerPlace,
    private readonly service: string,
    masterKeys: readonly Uint8Array[],
  ) {
    const info = `tenantry ledger ${service}`;
    this.#keys = masterKeys.map((key) => new Uint8Array(hkdfSync('sha256', key, '', info, KEY_BYTES)));
  }

  /** Appends an entry; when this answers, it is on disk. @returns its place */
  append(id: string, said: object): Promise<number> {
    return this.place.append(id, this.seal(id, JSON.stringify(said)));
  }

  /** The text of an entry as it lies in the ledger. */
  seal(id: string, said: string): string {
    return sealBytes(this.#keys[0]!, said, this.#associated(id)).toString('base64url');
  }

  /** @throws Error when no master key opens it, or it is another entry's text */
  open(id: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    for (const key of this.#keys) {
      try {
        return openBytes(key, bytes, this.#associated(id)).toString();
      } catch {
        continue; // sealed by the other master key
      }
    }
    throw new Error(`no master key opens entry ${id} of the ledger of ${this.service}`);
  }

  range(): Promise<LedgerRange> {
    return this.place.range();
  }

  /** The entries from one place to another, both included. */
  async read(first: number, last: number): Promise<LedgerEntry[]> {
    const records = await this.place.read(first, last);
    return records.map(
      ({ sequence, id, text }) => ({ sequence, id, said: JSON.parse(this.open(id, text)) }) as LedgerEntry,
    );
  }

  #associated(id: string): string {
    return JSON.stringify(['ledger', this.service, id]);
  }
}
