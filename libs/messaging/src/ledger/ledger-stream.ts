import { headers } from '@nats-io/transport-node';
import type { Bus } from '../bus/bus.js';
import { ledgerStream, ledgerSubject } from '../bus/subjects.js';

/** One entry of a ledger. */
export interface LedgerRecord {
  /** Its place; entries keep theirs for ever. */
  readonly sequence: number;
  readonly id: string;
  readonly text: string;
}

/** Where a ledger begins and ends. */
export interface LedgerRange {
  /** When the stream was made: tells a ledger from another one that took its place. */
  readonly made: string;
  readonly first: number;
  readonly last: number;
}

const encoder = new TextEncoder();
const ID_HEADER = 'Tenantry-Entry';

/**
 * A service's own append-only record outside Postgres: what must be known although the database is set back. Services may append and read;
 * nobody but the boot admin can delete.
 */
export class LedgerStream {
  readonly #stream: string;
  readonly #subject: string;

  constructor(
    private readonly bus: Bus,
    service: string,
  ) {
    this.#stream = ledgerStream(service);
    this.#subject = ledgerSubject(service);
  }

  /** Appends an entry; when this answers, it is on disk. The same id within two minutes is one entry. @returns its place */
  append(id: string, text: string): Promise<number> {
    return this.#publish(id, text, { msgID: id });
  }

  /** Appends an entry that is there already, to be read from its new place once the old one is forgotten. */
  appendCopy(id: string, text: string): Promise<number> {
    return this.#publish(id, text, {});
  }

  async range(): Promise<LedgerRange> {
    const { created, state } = await (await this.bus.admin).streams.info(this.#stream);
    // An empty stream says that it begins at 0, which is no place.
    return { made: created, first: Math.max(1, state.first_seq), last: state.last_seq };
  }

  /** The entries from one place to another, both included. Asked for at once, so ask for few hundred. */
  async read(first: number, last: number): Promise<LedgerRecord[]> {
    const { direct } = await this.bus.admin;
    const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    const found = await Promise.all(places.map((seq) => direct.getMessage(this.#stream, { seq })));
    return found.flatMap((message) =>
      message ? [{ sequence: message.seq, id: message.header.get(ID_HEADER), text: message.string() }] : [],
    );
  }

  /** Takes away the entries up to one place. Only the boot admin may: once they were appended again, sealed by another key. */
  async forgetUpTo(sequence: number): Promise<void> {
    await (await this.bus.admin).streams.purge(this.#stream, { seq: sequence + 1 });
  }

  async #publish(id: string, text: string, options: { readonly msgID?: string }): Promise<number> {
    const named = headers();
    named.set(ID_HEADER, id);
    const { seq } = await this.bus.jetstream.publish(this.#subject, encoder.encode(text), {
      headers: named,
      ...options,
    });
    return seq;
  }
}
