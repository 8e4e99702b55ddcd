import { KEY_BYTES, openBytes, sealBytes } from './sealing.js';

/**
 * What wraps the tenants' keys, and opens them: a master key in a file, or a key service that shows its own to nobody. A wrapped key opens
 * only for the place that it was wrapped for.
 */
export abstract class KeyEncryption {
  /** @throws Error when it can't be done */
  abstract wrap(key: Uint8Array, place: string): Promise<Buffer>;

  /** The key, or undefined when something else wrapped it, or for another place. @throws Error when nobody could tell */
  abstract unwrap(wrapped: Uint8Array, place: string): Promise<Buffer | undefined>;

  /** The same key wrapped by the newest version of what wraps it, after a rotation; undefined when it is already. @throws Error */
  abstract renew(wrapped: Uint8Array, place: string): Promise<Buffer | undefined>;
}

/** A master key of 32 bytes: AES-256-GCM. It has one version; another one is another key. */
export class MasterKey extends KeyEncryption {
  readonly #key: Uint8Array;

  /** @throws Error for a key of another length */
  constructor(key: Uint8Array) {
    super();
    if (key.length !== KEY_BYTES) {
      throw new Error(`the master key has ${key.length} bytes instead of ${KEY_BYTES}`);
    }
    this.#key = key;
  }

  override wrap(key: Uint8Array, place: string): Promise<Buffer> {
    return Promise.resolve(sealBytes(this.#key, key, place));
  }

  /** A wrong key fails its tag, whatever it is. */
  override unwrap(wrapped: Uint8Array, place: string): Promise<Buffer | undefined> {
    try {
      return Promise.resolve(openBytes(this.#key, wrapped, place));
    } catch {
      return Promise.resolve(undefined);
    }
  }

  override renew(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** A wrapped key opened by the first of these that can, and by which; undefined when none can. */
export async function unwrapByAny(
  encryptions: readonly KeyEncryption[],
  wrapped: Uint8Array,
  place: string,
): Promise<{ readonly key: Buffer; readonly by: KeyEncryption } | undefined> {
  for (const by of encryptions) {
    const key = await by.unwrap(wrapped, place);
    if (key) return { key, by };
  }
  return undefined;
}
