import { createCipheriv, createDecipheriv, hash, type KeyObject } from 'node:crypto';
import { fewRandomBytes } from '@tenantry/kernel';

export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Bytes, or what Node made of them once: for a key that is used often, that is seven times as fast. */
export type SealingKey = Uint8Array | KeyObject;

/** `iv | ciphertext | tag`; opens only with the same associated data. */
export function sealBytes(key: SealingKey, plaintext: Uint8Array | string, associated: string): Buffer {
  const iv = fewRandomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(associated));
  return Buffer.concat([iv, cipher.update(plaintext as string, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when the key, the bytes or the associated data are not those of the sealing */
export function openBytes(key: SealingKey, sealed: Uint8Array, associated: string): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) {
    throw new Error('a sealed value is too short');
  }
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES)).setAAD(Buffer.from(associated));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** A sealed value's key kind (`t`: tenant), key version and bytes: `tny1.t.<version>.<base64url>`. */
export function printSealed(version: number, bytes: Buffer): string {
  return `tny1.t.${version}.${bytes.toString('base64url')}`;
}

const SEALED = /^tny1\.t\.([1-9]\d{0,8})\.([\w-]+)$/;

/** @throws Error for a text that is not a sealed value */
export function parseSealed(text: string): { version: number; bytes: Buffer } {
  const match = SEALED.exec(text);
  if (!match) {
    throw new Error('this is not a sealed value');
  }
  return { version: Number(match[1]), bytes: Buffer.from(match[2]!, 'base64url') };
}

/** A value sealed by the key of a data subject (`s`): `tny1.s.<key id>.<base64url>`. */
export function printSubjectSealed(keyId: string, bytes: Buffer): string {
  return `tny1.s.${keyId}.${bytes.toString('base64url')}`;
}

const SUBJECT_SEALED = /^tny1\.s\.([0-9a-f-]{36})\.([\w-]+)$/;

/** Undefined for a text that no data subject's key sealed. */
export function parseSubjectSealed(text: string): { keyId: string; bytes: Buffer } | undefined {
  const match = SUBJECT_SEALED.exec(text);
  return match ? { keyId: match[1]!, bytes: Buffer.from(match[2]!, 'base64url') } : undefined;
}

/** base64url(SHA-256(salt ‖ value)), with the salt's bytes and the value in UTF-8. */
export function commitmentOf(salt: string, value: string): string {
  return hash('sha256', Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(value)]), 'base64url');
}
