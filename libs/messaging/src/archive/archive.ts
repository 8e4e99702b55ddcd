import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import type { Bus } from '../bus/bus.js';
import type { ArchiveName } from '../definition/define-service.js';

/** An entry of an archive, and when the server took it. */
export interface Archived {
  readonly text: string;
  readonly storedAt: Date;
}

/** What the server answers to a second entry under a key: the stream takes one message for each subject. */
const STORE_FAILED = 10077;
/** Entries that are fetched at the same time. */
const CONCURRENCY = 16;

/**
 * A bucket in which every key is written once: the server itself refuses a second entry, a deletion and a purge, whoever asks, its
 * owner too. Read it with any NATS client as the KV bucket of the same name.
 */
export class Archive {
  private bucket: Promise<KV> | null = null;

  constructor(
    private readonly bus: Bus,
    private readonly name: ArchiveName,
  ) {}

  /** Writes an entry; answers whether it did. A key that has one keeps it. */
  async put(key: string, text: string): Promise<boolean> {
    try {
      await this.bus.jetstream.publish(`$KV.${this.name}.${key}`, text);
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === STORE_FAILED) return false;
      throw error;
    }
  }

  async get(key: string): Promise<Archived | undefined> {
    const entry = await (await this.open()).get(key);
    return entry ? { text: entry.string(), storedAt: entry.created } : undefined;
  }

  /** Entries of several keys, in their order; what is not there is left out. */
  async getAll(keys: readonly string[]): Promise<Archived[]> {
    const found: (Archived | undefined)[] = Array.from({ length: keys.length });
    const waiting = keys.entries();
    const work = async (): Promise<void> => {
      for (const [i, key] of waiting) found[i] = await this.get(key);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return found.filter((entry) => entry !== undefined);
  }

  /** The keys that begin with a prefix and have one more part, in no order. */
  async keys(prefix: string): Promise<string[]> {
    const head = `$KV.${this.name}.`;
    const manager = await this.bus.admin;
    const { state } = await manager.streams.info(`KV_${this.name}`, { subjects_filter: `${head}${prefix}.*` });
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(head.length));
  }

  private open(): Promise<KV> {
    if (this.bucket) return this.bucket;
    const opened = new Kvm(this.bus.jetstream).open(this.name, { allow_direct: true });
    this.bucket = opened;
    // A bucket that is not there yet is looked for again next time.
    opened.catch(() => (this.bucket = null));
    return opened;
  }
}
