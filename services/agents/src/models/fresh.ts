import type { Clock } from '@tenantry/kernel';

interface Kept<T> {
  readonly value: Promise<T>;
  readonly untilMs: number;
}

/**
 * Values that are read often and change rarely, kept for a few seconds. Who asks while one is being read waits for that read; a read
 * that failed is not kept. At most so many keys, the oldest go first.
 */
export class Fresh<T> {
  private readonly kept = new Map<string, Kept<T>>();

  constructor(
    private readonly clock: Clock,
    private readonly load: (key: string) => Promise<T>,
    private readonly options: { readonly forMs: number; readonly maxKeys: number },
  ) {}

  get(key: string): Promise<T> {
    const nowMs = this.clock.now().getTime();
    const known = this.kept.get(key);
    if (known && known.untilMs > nowMs) return known.value;
    const value = this.load(key).catch(() => this.load(key)); // many wait for it: a lost connection must not fail them all
    this.kept.delete(key);
    this.kept.set(key, { value, untilMs: nowMs + this.options.forMs });
    if (this.kept.size > this.options.maxKeys) this.kept.delete(this.kept.keys().next().value!);
    value.catch(() => this.forget(key));
    return value;
  }

  forget(key: string): void {
    this.kept.delete(key);
  }
}
