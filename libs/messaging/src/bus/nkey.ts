import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { Authenticator } from '@nats-io/transport-node';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** PKCS#8 of an Ed25519 key, up to its 32 bytes (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
/** The first byte of a user's public nkey; it makes the text begin with `U`. */
const USER_PREFIX = 20 << 3;
const KEY_BYTES = 32;

/**
 * Answers the server's challenge with an nkey, by Node's own Ed25519. The client library's is written in JavaScript and
 * works out the key anew at every connect: a tenth of a second of a free processor, more than nats-server waits on a busy one.
 * @throws TypeError for a text that is not a user's seed
 */
export function nkeyAuthenticator(seed: string): Authenticator {
  const key = privateKeyOf(seed.trim());
  const nkey = publicNkey(key);
  return (nonce = '') => ({ nkey, sig: sign(null, Buffer.from(nonce), key).toString('base64url') });
}

function privateKeyOf(seed: string): KeyObject {
  const bytes = decodeBase32(seed);
  const body = bytes.subarray(0, 2 + KEY_BYTES);
  // A seed is two bytes of kind, the key, and the checksum of both; `SU` is a user's.
  if (!seed.startsWith('SU') || bytes.length !== body.length + 2 || bytes.readUInt16LE(body.length) !== crc16(body)) {
    throw new TypeError('not the seed of a NATS user');
  }
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, body.subarray(2)]), format: 'der', type: 'pkcs8' });
}

function publicNkey(key: KeyObject): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const body = Buffer.concat([Buffer.of(USER_PREFIX), Buffer.from(x, 'base64url')]);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc16(body));
  return encodeBase32(Buffer.concat([body, checksum]));
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

function encodeBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

function decodeBase32(text: string): Buffer {
  const bits = [...text].map((char) => Math.max(ALPHABET.indexOf(char), 0).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((group) => Number.parseInt(group, 2)));
}
