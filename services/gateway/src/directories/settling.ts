import { Injectable } from '@nestjs/common';
import type { Directory, DirectoryEntry } from '@tenantry/messaging';
import { LRUCache } from 'lru-cache';

const MAX_WAIT_MS = 500;
const MAX_WAITING = 1_000;
const FORGET_MISS_AFTER_MS = 10_000;
const MAX_MISSES = 10_000;

/**
 * Looks again for what a directory does not have yet. Who was just given a key or made a member uses it at once, while
 * the entry is still on its way here: the first look that finds nothing waits a moment for it. What stays away is
 * remembered, so that guessing does not hold requests open.
 */
@Injectable()
export class Settling {
  private readonly missed = new LRUCache<string, true>({ max: MAX_MISSES, ttl: FORGET_MISS_AFTER_MS });
  private waiting = 0;

  /** What `look` finds now or within half a second; `name` says what is looked for. */
  async find<T, E extends DirectoryEntry>(
    directory: Directory<E>,
    name: string,
    look: () => T | undefined,
  ): Promise<T | undefined> {
    const found = look();
    if (found !== undefined || this.waiting >= MAX_WAITING || this.missed.has(name)) return found;
    this.waiting++;
    const late = await arrival(directory, look).finally(() => this.waiting--);
    if (late === undefined) this.missed.set(name, true);
    return late;
  }
}

function arrival<T, E extends DirectoryEntry>(
  directory: Directory<E>,
  look: () => T | undefined,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const stop = directory.onChange(() => {
      const found = look();
      if (found !== undefined) settle(found);
    });
    const timer = setTimeout(() => settle(undefined), MAX_WAIT_MS);
    function settle(value: T | undefined): void {
      clearTimeout(timer);
      stop();
      resolve(value);
    }
  });
}
