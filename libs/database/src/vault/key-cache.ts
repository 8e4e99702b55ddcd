import { translateError } from '../faults.js';
import { type KeySource, loadTenantKeys, type TenantKeys } from './tenant-keys.js';

const MAX_TENANTS = 2_000;
/** A key that was deleted to make values unreadable stays in memory no longer than this. */
const MAX_AGE_MS = 5 * 60_000;

/** Keys of one family of the tenants in use, unwrapped, in bounded memory. */
export class KeyCache {
  readonly #source: KeySource;
  readonly #known = new Map<string, { readonly keys: Promise<TenantKeys>; readonly loadedAtMs: number }>();

  constructor(source: KeySource) {
    this.#source = source;
  }

  async keysOf(tenantId: string, reload = false): Promise<TenantKeys> {
    const known = this.#known.get(tenantId);
    if (known && !reload && Date.now() - known.loadedAtMs < MAX_AGE_MS) {
      return known.keys;
    }
    if (this.#source.encryptions.length === 0) {
      throw new Error('this service was given no master key');
    }
    const keys = loadTenantKeys(this.#source, tenantId);
    this.#known.delete(tenantId);
    this.#known.set(tenantId, { keys, loadedAtMs: Date.now() });
    if (this.#known.size > MAX_TENANTS) {
      this.#known.delete(this.#known.keys().next().value!);
    }
    try {
      return await keys;
    } catch (error) {
      this.forget(tenantId);
      throw translateError(error);
    }
  }

  /** The next use reads them anew. */
  forget(tenantId: string): void {
    this.#known.delete(tenantId);
  }
}
