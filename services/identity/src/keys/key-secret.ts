import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_BYTES = 32;
/** 62^43 > 2^256, and 62^6 > 2^32. */
const RANDOM_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
/** What a list shows of a secret: enough to recognise it, 24 bits of 256. */
const SHOWN_DIGITS = 4;

export type KeyKind = 'secret' | 'public';

/** The secret of an API key. */
export interface KeySecret {
  /** `sk_live_…`; shown once and kept nowhere. */
  readonly key: string;
  readonly prefix: string;
  /** SHA-256 in hex: all that is stored, and the key's name in the directory. */
  readonly hash: string;
}

/**
 * A new secret: kind, live or test (a sandbox's), 256 random bits and a checksum. The prefix lets scanners find leaked keys,
 * the checksum lets them drop look-alikes without asking.
 */
export function newKeySecret(kind: KeyKind, sandbox: boolean): KeySecret {
  const random = base62(BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`), RANDOM_DIGITS);
  const head = `${kind === 'secret' ? 'sk' : 'pk'}_${sandbox ? 'test' : 'live'}_`;
  const key = `${head}${random}${checksum(head + random)}`;
  return {
    key,
    prefix: `${head}${random.slice(0, SHOWN_DIGITS)}`,
    hash: createHash('sha256').update(key).digest('hex'),
  };
}

/** Whether a text can be a key: what fails this was mistyped or made up. */
export function isKeyLike(text: string): boolean {
  return /^[sp]k_(live|test)_[0-9A-Za-z]{49}$/.test(text) && text.endsWith(checksum(text.slice(0, -CHECKSUM_DIGITS)));
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_DIGITS);
}

function base62(value: bigint, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  return text;
}
