import { hash, verify } from 'node:crypto';
import { keyObjectOf, parseNote, type NoteVerifier } from './signed-note.js';

// A witness's statement that it saw a checkpoint, and that the log only grew until then: C2SP tlog-cosignature, Ed25519.

const COSIGNATURE = 4;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
const WITNESS_KEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;
const MS_PER_S = 1_000n;

/** The first four bytes of `SHA-256(name ‖ 0x0A ‖ 0x04 ‖ public key)`. */
function keyId({ name, publicKey }: NoteVerifier): Buffer {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(COSIGNATURE), publicKey]);
  return hash('sha256', input, 'buffer').subarray(0, KEY_ID_BYTES);
}

/** `<name>+<key id>+<key>`: a witness as its operator publishes it. */
export function printWitness(witness: NoteVerifier): string {
  const key = Buffer.concat([Buffer.of(COSIGNATURE), witness.publicKey]);
  return `${witness.name}+${keyId(witness).toString('hex')}+${key.toString('base64')}`;
}

/** @throws TypeError when the text is no key of an Ed25519 witness, or its parts do not belong together */
export function parseWitness(text: string): NoteVerifier {
  const [, name, id, key64] = WITNESS_KEY.exec(text.trim()) ?? [];
  if (name === undefined) throw new TypeError('not a witness key: <name>+<8 hex digits>+<base64>');
  const key = Buffer.from(key64!, 'base64');
  const witness = { name, publicKey: new Uint8Array(key.subarray(1)) };
  if (key[0] !== COSIGNATURE || witness.publicKey.length !== KEY_BYTES || keyId(witness).toString('hex') !== id) {
    throw new TypeError('not an Ed25519 witness key (type 4), or one that was changed');
  }
  return witness;
}

/** What a witness signs: when, and the whole text of the checkpoint. */
export function cosignedText(checkpointText: string, atS: bigint): string {
  return `cosignature/v1\ntime ${atS}\n${checkpointText}`;
}

/** The line that a witness's signature stands on. */
export function printCosignature(witness: NoteVerifier, atS: bigint, signature: Uint8Array): string {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(atS);
  const bytes = Buffer.concat([keyId(witness), time, signature]);
  return `\u2014 ${witness.name} ${bytes.toString('base64')}\n`;
}

/** A witness's valid cosignature of a checkpoint. */
export interface Cosignature {
  readonly at: Date;
  /** With its line feed. */
  readonly line: string;
}

/** The cosignature of a witness on a note; null when it has none that is valid. */
export function cosignatureOf(note: string, witness: NoteVerifier): Cosignature | null {
  const { text, signatures } = parseNote(note);
  const id = keyId(witness);
  const key = keyObjectOf(witness);
  for (const { name, bytes } of signatures) {
    const cosignature = Buffer.from(bytes);
    const isOurs = name === witness.name && id.equals(cosignature.subarray(0, KEY_ID_BYTES));
    if (!isOurs || cosignature.length !== KEY_ID_BYTES + TIME_BYTES + SIGNATURE_BYTES) continue;
    const atS = cosignature.readBigUInt64BE(KEY_ID_BYTES);
    const signature = cosignature.subarray(KEY_ID_BYTES + TIME_BYTES);
    const at = new Date(Number(atS * MS_PER_S));
    if (!Number.isNaN(at.getTime()) && verify(null, Buffer.from(cosignedText(text, atS)), key, signature)) {
      return { at, line: `\u2014 ${name} ${cosignature.toString('base64')}\n` };
    }
  }
  return null;
}
