import { createReadStream, readFileSync } from 'node:fs';
import {
  BadExport,
  parseCheckpoint,
  parseVerifier,
  verifyExport,
  type SignedCheckpoint,
  type Verified,
} from '@tenantry/audit-proofs';
import { PlainError } from '../plain-error.js';

const PIECE_BYTES = 1024 * 1024;

/** What an auditor types. */
export interface VerifyRequest {
  /** The export, NDJSON. */
  readonly files: readonly string[];
  /** Files with checkpoints that were kept. */
  readonly checkpoints: readonly string[];
  /** Verifier keys that were pinned. */
  readonly keys: readonly string[];
}

/**
 * Verifies an export of an audit log from files alone: no network, no database, no instance.
 * @throws PlainError naming the first thing that is wrong
 */
export async function verifyAudit({ files, checkpoints, keys }: VerifyRequest): Promise<readonly string[]> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) throw new PlainError('Name one export: audit verify <export.ndjson>');
  const trusted = { checkpoints: checkpoints.map(readCheckpoint), keys: keys.map(readKey) };
  try {
    const verified = await verifyExport(createReadStream(file, { highWaterMark: PIECE_BYTES }), trusted);
    return [...describe(verified), ...trusted.checkpoints.map(held), ...advice(trusted)];
  } catch (error) {
    throw explain(file, error);
  }
}

function describe({ origin, first, last, size, erased }: Verified): string[] {
  const entries = last < first ? 'no entries' : `entries ${first} to ${last}`;
  const lines = [`${origin}: ${entries} of ${size} are as they were signed`];
  return erased > 0 ? [...lines, `${erased} values and addresses were erased; their proofs hold`] : lines;
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

/** A note, or the answer of the API that has one; blank lines at the end do no harm. */
function readCheckpoint(file: string): SignedCheckpoint {
  try {
    const text = readFileSync(file, 'utf8');
    const note = text.startsWith('{') ? noteIn(text) : text;
    return parseCheckpoint(`${note.trimEnd()}\n`);
  } catch (error) {
    throw explain(file, error);
  }
}

function noteIn(answer: string): string {
  try {
    return String((JSON.parse(answer) as { note?: unknown }).note);
  } catch {
    throw new TypeError('not a checkpoint, nor an answer that has one');
  }
}

function readKey(text: string): ReturnType<typeof parseVerifier> {
  try {
    return parseVerifier(text);
  } catch (error) {
    throw new PlainError(`--key: ${(error as Error).message}`);
  }
}

function explain(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const expected = error instanceof BadExport || error instanceof TypeError || code !== undefined;
  return expected ? new PlainError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`) : error;
}
