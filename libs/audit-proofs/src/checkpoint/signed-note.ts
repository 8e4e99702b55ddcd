import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

// The format of a signed note, C2SP signed-note: text, an empty line, and a line for each signature.

const ED25519 = 1;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const KEY_ID_BYTES = 4;
/** What an Ed25519 public key in SubjectPublicKeyInfo has before its 32 bytes (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const SIGNATURE_LINE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/;
const VERIFIER_KEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;

/** Who signs, as a verifier knows it: a name and an Ed25519 public key of 32 bytes. */
export interface NoteVerifier {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

/** A text and who signed it. */
export interface Note {
  /** Ends with a line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

interface NoteSignature {
  readonly name: string;
  /** Key id and signature. */
  readonly bytes: Uint8Array;
}

/** The 32 bytes of a private key's public half. @throws TypeError unless it is an Ed25519 key */
export function publicKeyOf(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('checkpoints are signed with an Ed25519 key');
  const spki = createPublicKey(key);
  return new Uint8Array(spki.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length));
}

/** The key as `node:crypto` takes it. */
export function keyObjectOf({ publicKey }: NoteVerifier): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
}

/** The first four bytes of `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)`: which key a signature line means. */
function keyId({ name, publicKey }: NoteVerifier): Buffer {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey]);
  return hash('sha256', input, 'buffer').subarray(0, KEY_ID_BYTES);
}

/** `<name>+<key id>+<key>`: what an auditor pins. */
export function printVerifier(verifier: NoteVerifier): string {
  const key = Buffer.concat([Buffer.of(ED25519), verifier.publicKey]);
  return `${verifier.name}+${keyId(verifier).toString('hex')}+${key.toString('base64')}`;
}

/** @throws TypeError when the text is no verifier key, or its parts do not belong together */
export function parseVerifier(text: string): NoteVerifier {
  const [, name, id, key64] = VERIFIER_KEY.exec(text.trim()) ?? [];
  if (name === undefined) throw new TypeError('not a verifier key: <name>+<8 hex digits>+<base64>');
  const key = Buffer.from(key64!, 'base64');
  const verifier = { name, publicKey: new Uint8Array(key.subarray(1)) };
  if (key[0] !== ED25519 || verifier.publicKey.length !== KEY_BYTES || keyId(verifier).toString('hex') !== id) {
    throw new TypeError('not an Ed25519 verifier key, or one that was changed');
  }
  return verifier;
}

/** The note of a text, which ends with a line feed, and a key's signature over the text. */
export function printNote(text: string, verifier: NoteVerifier, signature: Uint8Array): string {
  const bytes = Buffer.concat([keyId(verifier), signature]);
  return `${text}\n\u2014 ${verifier.name} ${bytes.toString('base64')}\n`;
}

/** The note of a text, which ends with a line feed, signed by a key under a name. */
export function signNote(text: string, name: string, key: KeyObject): string {
  return printNote(text, { name, publicKey: publicKeyOf(key) }, sign(null, Buffer.from(text), key));
}

/** Reads a note; says nothing about its signatures. @throws TypeError when it is none */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '' || lines.length === 0) throw new TypeError('not a signed note');
  const signatures = lines.map((line) => {
    const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
    if (name === undefined) throw new TypeError('not a signed note: a signature line is wrong');
    return { name, bytes: Buffer.from(base64!, 'base64') };
  });
  return { text: note.slice(0, end + 1), signatures };
}

/** Whether a note carries a valid signature of this key; those of other keys do not matter. */
export function isSignedBy({ text, signatures }: Note, verifier: NoteVerifier): boolean {
  const id = keyId(verifier);
  const key = keyObjectOf(verifier);
  return signatures.some(({ name, bytes }) => {
    const ofThisKey = name === verifier.name && id.equals(bytes.subarray(0, KEY_ID_BYTES));
    return (
      ofThisKey &&
      bytes.length === KEY_ID_BYTES + SIGNATURE_BYTES &&
      verify(null, Buffer.from(text), key, bytes.subarray(KEY_ID_BYTES))
    );
  });
}
