import { createReadStream, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import {
  BadExport,
  cosignatureOf,
  parseCheckpoint,
  parseVerifier,
  parseWitness,
  verifyExport,
  type NoteVerifier,
  type SignedCheckpoint,
  type Verified,
} from '@tenantry/audit-proofs';
import { PlainError } from '../plain-error.js';

const PIECE_BYTES = 1024 * 1024;
/** Below this, threads take longer to start than they save. */
const LARGE_BYTES = 16 * PIECE_BYTES;
/** One thread puts together what the others find out, and keeps up with so many. */
const MOST_THREADS = 4;

/** What an auditor types. */
export interface VerifyRequest {
  /** The export, NDJSON. */
  readonly files: readonly string[];
  /** Files with checkpoints that were kept. */
  readonly checkpoints: readonly string[];
  /** Verifier keys that were pinned. */
  readonly keys: readonly string[];
  /** Keys of witnesses: each must have signed one of the checkpoints. */
  readonly witnesses?: readonly string[];
}

/**
 * Verifies an export of an audit log from files alone: no network, no database, no instance.
 * @throws PlainError naming the first thing that is wrong
 */
export async function verifyAudit({
  files,
  checkpoints,
  keys,
  witnesses = [],
}: VerifyRequest): Promise<readonly string[]> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) throw new PlainError('Name one export: audit verify <export.ndjson>');
  const kept = checkpoints.flatMap(readCheckpoints);
  const trusted = { checkpoints: kept.map((note) => parseCheckpoint(note)), keys: keys.map(readKey) };
  const seen = witnesses.map((key) => seenBy(key, kept));
  try {
    const threads = threadsFor(file);
    const verified = await verifyExport(createReadStream(file, { highWaterMark: PIECE_BYTES }), trusted, threads);
    return [...describe(verified), ...trusted.checkpoints.map(held), ...seen, ...advice(trusted)];
  } catch (error) {
    throw explain(file, error);
  }
}

function threadsFor(file: string): number {
  const cores = Math.min(availableParallelism(), MOST_THREADS);
  return cores > 1 && statSync(file).size > LARGE_BYTES ? cores : 0;
}

function describe({ origin, first, last, size, erased, retired }: Verified): string[] {
  const entries = last < first ? 'no entries' : `entries ${first} to ${last}`;
  const lines = [`${origin}: ${entries} of ${size} are as they were signed`];
  return [
    ...lines,
    ...(retired > 0 ? [`entries 1 to ${retired} were retired: of them only the hashes were compared`] : []),
    ...(erased > 0 ? [`${erased} values and addresses were erased; their proofs hold`] : []),
  ];
}

const held = ({ size }: SignedCheckpoint): string => `kept checkpoint ${size}: holds`;

/** What was not shown, so that nobody takes it for shown. */
function advice({ checkpoints, keys }: { checkpoints: readonly unknown[]; keys: readonly unknown[] }): string[] {
  return [
    ...(keys.length === 0 ? ['no --key: the key is the one that the export names'] : []),
    ...(checkpoints.length === 0
      ? ['no --checkpoint: whoever holds the signing key could have rewritten the log before this export']
      : []),
  ];
}

/** Notes in a file: one, or an answer of the API that has one or many; blank lines at the end do no harm. */
function readCheckpoints(file: string): string[] {
  try {
    const text = readFileSync(file, 'utf8');
    const notes = (text.startsWith('{') ? notesIn(text) : [text]).map((note) => `${note.trimEnd()}\n`);
    notes.forEach((note) => parseCheckpoint(note));
    return notes;
  } catch (error) {
    throw explain(file, error);
  }
}

function notesIn(answer: string): string[] {
  try {
    const { note, data } = JSON.parse(answer) as { note?: unknown; data?: readonly { note?: unknown }[] };
    return (data?.map((one) => one.note) ?? [note]).map(String);
  } catch {
    throw new TypeError('not a checkpoint, nor an answer that has one');
  }
}

/** The newest kept checkpoint that a witness signed. @throws PlainError when it signed none */
function seenBy(key: string, notes: readonly string[]): string {
  const witness = readAs('--witness', key, parseWitness);
  const signed = notes
    .map((note) => ({ size: parseCheckpoint(note).size, cosignature: cosignatureOf(note, witness) }))
    .filter(({ cosignature }) => cosignature !== null)
    .toSorted((one, other) => other.size - one.size)[0];
  if (!signed) throw new PlainError(`--witness: ${witness.name} signed none of the checkpoints`);
  return `${witness.name} saw checkpoint ${signed.size} at ${signed.cosignature!.at.toISOString()}`;
}

const readKey = (text: string): NoteVerifier => readAs('--key', text, parseVerifier);

function readAs(option: string, text: string, parse: (text: string) => NoteVerifier): NoteVerifier {
  try {
    return parse(text);
  } catch (error) {
    throw new PlainError(`${option}: ${(error as Error).message}`);
  }
}

function explain(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const expected = error instanceof BadExport || error instanceof TypeError || code !== undefined;
  return expected ? new PlainError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`) : error;
}
