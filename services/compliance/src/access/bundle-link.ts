import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
const CODE_DIGITS = 8;
/** With eight digits, five tries guess right once in twenty million links. */
export const MAX_TRIES = 5;

/** What opens a copy, in clear; it is told once and kept nowhere. */
export interface LinkSecrets {
  readonly token: string;
  readonly code: string;
}

/** A link as it is kept. */
export interface BundleLink {
  readonly tenantId: string;
  readonly planId: string;
  readonly codeHash: Uint8Array;
  readonly triesLeft: number;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

export function newSecrets(): LinkSecrets {
  const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
  return { token: randomBytes(TOKEN_BYTES).toString('base64url'), code };
}

export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Whether a link still opens anything. */
export function isUsable({ triesLeft, expiresAt, usedAt }: BundleLink, now: Date): boolean {
  return usedAt === null && triesLeft > 0 && expiresAt > now;
}

/** Compares in a time that tells nothing of where they differ. */
export function isCode({ codeHash }: BundleLink, code: string): boolean {
  return timingSafeEqual(codeHash, hashOf(code));
}
