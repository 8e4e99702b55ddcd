import { createHash, randomBytes } from 'node:crypto';

const BYTES = 32;
const SHAPE = /^tn[rl]_[A-Za-z0-9_-]{43}$/;

/** A random secret handed to a person: `tnr_…` refreshes a session, `tnl_…` is the one in a one-time link. */
export interface SecretToken {
  readonly token: string;
  /** SHA-256: all that is stored. Enough for 256 random bits, which no dictionary helps to guess. */
  readonly hash: Buffer;
}

/** A new secret; the token is shown once and kept nowhere. */
export function newSecretToken(kind: 'r' | 'l'): SecretToken {
  const token = `tn${kind}_${randomBytes(BYTES).toString('base64url')}`;
  return { token, hash: sha256(token) };
}

/** What is looked up for a token that somebody shows; undefined for what can't be one. */
export function hashOfToken(token: string): Buffer | undefined {
  return SHAPE.test(token) ? sha256(token) : undefined;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
