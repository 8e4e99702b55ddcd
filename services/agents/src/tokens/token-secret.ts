import { createHash, randomBytes } from 'node:crypto';

const RANDOM_BYTES = 32;
const SHOWN_CHARS = 4;

/** The secret of an agent's token. */
export interface TokenSecret {
  /** `at_live_…`; shown once and kept nowhere. */
  readonly token: string;
  readonly prefix: string;
  /** SHA-256 in hex: all that is stored, and the token's name in the directory. */
  readonly hash: string;
}

/** A new secret of 256 random bits: live, or test for a sandbox. */
export function newTokenSecret(isSandbox: boolean): TokenSecret {
  const head = `at_${isSandbox ? 'test' : 'live'}_`;
  const random = randomBytes(RANDOM_BYTES).toString('base64url');
  const token = head + random;
  return { token, prefix: head + random.slice(0, SHOWN_CHARS), hash: createHash('sha256').update(token).digest('hex') };
}
