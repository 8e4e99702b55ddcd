import { sign, type KeyObject } from 'node:crypto';
import { HASH_BYTES } from '../tree/hash.js';
import { parseNote, printNote, type Note } from './signed-note.js';

/** How long a log was, and the root that its leaves had then. */
export interface Checkpoint {
  /** Which log: its name, and the name of its key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** A checkpoint and the note that it was read from. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: Note;
}

/** Fifteen digits are exact as a number. */
const SIZE = /^(0|[1-9]\d{0,14})$/;

/** The name of a tenant's log: a log is one tenant's, so a checkpoint of another one can not stand in for its own. */
export function originOf(tenantId: string): string {
  return `tenantry/audit/${tenantId}`;
}

const textOf = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;

/** The Ed25519 signature of a checkpoint. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): Uint8Array {
  return sign(null, Buffer.from(textOf(checkpoint)), privateKey);
}

/** A signed checkpoint as a note (C2SP tlog-checkpoint); the key's name is the origin. */
export function printCheckpoint(checkpoint: Checkpoint, publicKey: Uint8Array, signature: Uint8Array): string {
  return printNote(textOf(checkpoint), { name: checkpoint.origin, publicKey }, signature);
}

/** Reads a checkpoint; says nothing about its signatures. @throws TypeError when it is none */
export function parseCheckpoint(text: string): SignedCheckpoint {
  const note = parseNote(text);
  const [origin, size, root64] = note.text.split('\n');
  const root = Buffer.from(root64 ?? '', 'base64');
  if (!origin || !SIZE.test(size ?? '') || root.length !== HASH_BYTES || root.toString('base64') !== root64) {
    throw new TypeError('not a checkpoint: origin, size and root in base64, each on a line');
  }
  return { origin, size: Number(size), root, note };
}
