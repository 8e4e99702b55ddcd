import { hash } from 'node:crypto';

/** SHA-256: what every hash of the tree has. */
export const HASH_BYTES = 32;

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** As text a hash leaves OpenSSL three times as fast as in memory of its own, which a tree would spend its time on. */
function sha256(data: Uint8Array | string): Uint8Array {
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/** The root of a tree without leaves (RFC 9162, section 2.1.1). */
export const EMPTY_ROOT: Uint8Array = sha256('');

/** The hash of a leaf, `SHA-256(0x00 ‖ data)` (RFC 9162, section 2.1.1): nobody can pass an inner node off as a leaf. */
export function hashLeaf(data: Uint8Array | string): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  const input = Buffer.allocUnsafe(1 + bytes);
  input[0] = LEAF_PREFIX;
  if (typeof data === 'string') input.write(data, 1);
  else input.set(data, 1);
  return sha256(input);
}

/**
 * The hash of a leaf that stands in a text, base64url. The byte before it is lent for the prefix, and given back: nothing is copied.
 * @param from where it begins, from 1 on
 */
export function hashLeafIn(text: Buffer, from: number, to: number): string {
  const before = text[from - 1]!;
  text[from - 1] = LEAF_PREFIX;
  const hashed = hash('sha256', text.subarray(from - 1, to), 'base64url');
  text[from - 1] = before;
  return hashed;
}

// Hashing is synchronous, so one buffer serves every call.
const pair = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);

/** The hash of an inner node, `SHA-256(0x01 ‖ left ‖ right)` (RFC 9162, section 2.1.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return sha256(pair);
}

/** Whether two hashes are the same; nothing here is secret, so it may take different times. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Whether all of these have the size of a hash. */
export function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every(({ length }) => length === HASH_BYTES);
}
