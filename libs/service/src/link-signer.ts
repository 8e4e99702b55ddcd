import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * Signs what a service sends out in links and takes back from anybody (HMAC-SHA-256). The key follows from the master key, so who reads or
 * changes the database can make no link.
 */
export class LinkSigner {
  readonly #keys: readonly Uint8Array[];

  /** @param masterKeys the one that signs, and those whose links still work while it is being changed */
  constructor(service: string, masterKeys: readonly Uint8Array[]) {
    const info = `tenantry links ${service}`;
    this.#keys = masterKeys.map((key) => new Uint8Array(hkdfSync('sha256', key, '', info, KEY_BYTES)));
  }

  /** The signature of a text: 32 bytes. */
  sign(text: string): Buffer {
    return macOf(this.#keys[0]!, text);
  }

  /** Whether this service signed a text. */
  isSigned(text: string, signature: Uint8Array): boolean {
    return this.#keys.map((key) => macOf(key, text)).some((mac) => isSame(mac, signature));
  }
}

function macOf(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isSame(mac: Uint8Array, signature: Uint8Array): boolean {
  return mac.length === signature.length && timingSafeEqual(mac, signature);
}
