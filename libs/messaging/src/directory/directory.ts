import type { Bus } from '../bus/bus.js';
import { silentLog, type Log } from '../bus/log.js';
import type { BucketName } from '../definition/define-service.js';
import { BucketFeed } from './feed.js';
import type { DirectoryEntry } from './entries.js';

/** Called with what an entry is now and what it was; `undefined` where there is none. */
export type EntryChanged<T> = (key: string, value: T | undefined, previous: T | undefined) => void;

/** How a directory is kept. */
export interface DirectoryOptions<T> {
  /** Entries that no longer matter; removed once a minute. */
  readonly isOver?: (value: T, nowMs: number) => boolean;
  /** More entries than this make the directory stale rather than the process run out of memory. Default 1,000,000. */
  readonly maxEntries?: number;
  readonly log?: Log;
}

const SWEEP_MS = 60_000;
const decoder = new TextDecoder();

/**
 * A NATS KV bucket in memory: looked up without waiting, kept current by the server's pushes. An entry's version never
 * goes back.
 */
export class Directory<T extends DirectoryEntry> {
  /** Settles when everything that was in the bucket is here. */
  readonly ready: Promise<void>;
  private readonly byKey = new Map<string, T>();
  private readonly listeners = new Set<EntryChanged<T>>();
  private readonly maxEntries: number;
  private readonly sweeper: NodeJS.Timeout;
  private markReady: () => void = () => undefined;
  private lastHeardAtMs = 0;
  private complete = false;
  private overflown = false;
  private feed: BucketFeed | null = null;

  /** An empty directory that only `put` and `remove` change; `watch` makes one that follows a bucket. */
  constructor(options: DirectoryOptions<T> = {}) {
    this.maxEntries = options.maxEntries ?? 1_000_000;
    this.ready = new Promise((resolve) => (this.markReady = resolve));
    this.sweeper = setInterval(() => this.sweep(options.isOver), SWEEP_MS);
    this.sweeper.unref();
  }

  /** Follows a bucket until closed. `decode` turns an entry's JSON into its value. */
  static watch<T extends DirectoryEntry>(
    bus: Bus,
    bucket: BucketName,
    decode: (json: unknown) => T = (json) => json as T,
    options: DirectoryOptions<T> = {},
  ): Directory<T> {
    const directory = new Directory<T>(options);
    const log = options.log ?? silentLog;
    const target = {
      take: (key: string, bytes: Uint8Array | null): void => directory.take(key, bytes, decode, log),
      complete: (): void => directory.settle(),
      heard: (): void => void (directory.lastHeardAtMs = Date.now()),
    };
    directory.feed = new BucketFeed(bus, bucket, target, log);
    return directory;
  }

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): T | undefined {
    return this.byKey.get(key);
  }

  entries(): IterableIterator<[string, T]> {
    return this.byKey.entries();
  }

  /** Whether what it says may be old: not complete yet, too many entries, or nothing heard for that long. */
  isStale(maxSilenceMs: number): boolean {
    return !this.complete || this.overflown || (this.feed !== null && Date.now() - this.lastHeardAtMs > maxSilenceMs);
  }

  /** Calls back on every change; answers how to stop. */
  onChange(listener: EntryChanged<T>): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits until an entry is there and as it is wanted, at most `timeoutMs`. Answers what there is then. */
  async waitFor(key: string, timeoutMs: number, isWanted: (value: T) => boolean = () => true): Promise<T | undefined> {
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      const [value, leftMs] = [this.byKey.get(key), deadlineMs - Date.now()];
      if (leftMs <= 0 || (value && isWanted(value))) return value;
      await this.waitForChange(key, leftMs);
    }
  }

  /** Waits until an entry changes, at most `timeoutMs`. */
  async waitForChange(key: string, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.onChange((changed) => {
        if (changed !== key) return;
        clearTimeout(timer);
        stop();
        resolve();
      });
      const timer = setTimeout(() => {
        stop();
        resolve();
      }, timeoutMs);
    });
  }

  /** Sets an entry unless a newer one is there. */
  put(key: string, value: T): void {
    const previous = this.byKey.get(key);
    if (previous && previous.version > value.version) return;
    if (!previous && this.byKey.size >= this.maxEntries) {
      this.overflown = true;
      return;
    }
    this.byKey.set(key, value);
    for (const listener of this.listeners) listener(key, value, previous);
  }

  /** Removes an entry unless a version newer than the removal is there. */
  remove(key: string, version = Number.POSITIVE_INFINITY): void {
    const previous = this.byKey.get(key);
    if (!previous || previous.version > version) return;
    this.byKey.delete(key);
    for (const listener of this.listeners) listener(key, undefined, previous);
  }

  /** Marks what is here as everything there is. */
  settle(): void {
    this.complete = true;
    this.lastHeardAtMs = Date.now();
    this.markReady();
  }

  close(): void {
    clearInterval(this.sweeper);
    this.feed?.close();
  }

  private take(key: string, bytes: Uint8Array | null, decode: (json: unknown) => T, log: Log): void {
    if (bytes === null) return this.remove(key);
    try {
      const json = JSON.parse(decoder.decode(bytes)) as DirectoryEntry & { readonly value?: unknown };
      if (json.value === null) this.remove(key, json.version);
      else this.put(key, decode(json));
    } catch (err) {
      // Kept as it was: one entry that can't be read must not take the others along.
      log.error({ err, key }, 'A directory entry could not be read');
    }
  }

  private sweep(isOver: DirectoryOptions<T>['isOver']): void {
    if (!isOver) return;
    const now = Date.now();
    for (const [key, value] of this.byKey) if (isOver(value, now)) this.remove(key);
  }
}
