import { JetStreamApiError } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import type { OutboxMessage } from '@tenantry/database';
import type { Bus } from '../bus/bus.js';

/** An entry as the outbox and the bucket hold it; a null `value` marks a removed one. */
interface Versioned {
  readonly version: number;
  readonly value?: unknown;
}

interface Written {
  readonly position: bigint;
  readonly streamSequence: number | null;
}

const WRONG_LAST_SEQUENCE = 10071;
const MAX_TRIES = 5;
const FIRST_VERSION = 1;

/** The text of an entry in its bucket: the value with its version, or the mark of a removed entry. */
export function printEntry(value: object | null, version: number): string {
  return JSON.stringify(value === null ? { version, value } : { ...value, version });
}

/** Writes directory entries into their buckets. An entry that is there in the same or a newer version stays. */
export class DirectoryWriter {
  private readonly buckets = new Map<string, Promise<KV>>();

  constructor(
    private readonly bus: Bus,
    /** The buckets that belong to this service. */
    private readonly own: readonly string[],
  ) {}

  /** Writes outbox messages; of several for one key, the newest. Answers one promise for each message. */
  write(messages: readonly OutboxMessage[]): Promise<Written>[] {
    const byKey = new Map<string, OutboxMessage>();
    for (const message of messages) {
      const other = byKey.get(message.subject);
      if (!other || versionOf(message) >= versionOf(other)) byKey.set(message.subject, message);
    }
    const puts = new Map([...byKey].map(([subject, message]) => [subject, this.putMessage(message)]));
    return messages.map(async ({ subject, position }) => {
      await puts.get(subject);
      return { position, streamSequence: null };
    });
  }

  /** Puts one entry unless a version as new is there; answers whether it did. A first version is put without looking: the server tells. */
  async put(bucket: string, key: string, value: object | null, version: number): Promise<boolean> {
    const kv = await this.open(bucket);
    for (let attempt = 1; ; attempt += 1) {
      const current = attempt === 1 && version === FIRST_VERSION ? null : await kv.get(key);
      if (current?.operation === 'PUT' && current.json<Versioned>().version >= version) return false;
      try {
        await kv.put(key, printEntry(value, version), { previousSeq: current?.revision ?? 0 });
        return true;
      } catch (error) {
        // Somebody else wrote the key meanwhile: look again who is newer.
        if (!isConflict(error) || attempt === MAX_TRIES) throw error;
      }
    }
  }

  private async putMessage(message: OutboxMessage): Promise<void> {
    const [bucket = '', ...rest] = message.subject.split('.');
    const { value, version } = message.payload as Versioned;
    await this.put(bucket, rest.join('.'), (value ?? null) as object | null, version);
  }

  private async open(bucket: string): Promise<KV> {
    if (!this.own.includes(bucket))
      throw new TypeError(`The directory ${bucket} is not among the service's \`buckets\``);
    const open = this.buckets.get(bucket);
    if (open) return open;
    const opened = new Kvm(this.bus.jetstream).open(bucket, { allow_direct: true });
    this.buckets.set(bucket, opened);
    // A bucket that is not there yet is looked for again next time.
    opened.catch(() => this.buckets.delete(bucket));
    return opened;
  }
}

function versionOf(message: OutboxMessage): number {
  return (message.payload as Versioned).version;
}

function isConflict(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE;
}
