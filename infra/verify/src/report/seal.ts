import { createHash, createPrivateKey } from 'node:crypto';
import { isSignedBy, parseNote, parseVerifier, printVerifier, publicKeyOf, signNote } from '@tenantry/audit-proofs';
import { PlainError } from '@tenantry/local';

/** The first line of what is signed: nothing else that this key signs begins with it. */
const NAME = 'tenantry/isolation-report';
const LINE = /^([0-9a-f]{64}) {2}(isolation-report\.\w+)$/;

/** What shows that reports are those of an instance: a signed note of their digests, and the key to verify it by. */
export interface Seal {
  readonly note: string;
  /** A verifier key, for whoever is given the reports to pin beforehand. */
  readonly key: string;
}

const digestOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Signs reports with the key that signs the instance's audit log (C2SP signed-note; the lines are those of `sha256sum`). */
export function sealReports(reports: ReadonlyMap<string, string>, privateKeyPem: string): Seal {
  const key = createPrivateKey(privateKeyPem);
  const lines = [...reports].map(([name, text]) => `${digestOf(text)}  ${name}\n`);
  const note = signNote(`${NAME}\n${lines.join('')}`, NAME, key);
  return { note, key: printVerifier({ name: NAME, publicKey: publicKeyOf(key) }) };
}

/**
 * Holds reports against their note.
 * @returns the names of the reports that are as they were signed
 * @throws PlainError naming the first thing that is wrong
 */
export function checkReports(note: string, key: string, read: (name: string) => Uint8Array): string[] {
  const lines = linesOf(note, key);
  return lines.map((line) => {
    const [, digest, name] = LINE.exec(line) ?? [];
    if (name === undefined) throw new PlainError('the note has a line that names no report');
    if (digestOf(read(name)) !== digest) throw new PlainError(`${name} was changed after it was signed`);
    return name;
  });
}

function linesOf(text: string, key: string): string[] {
  try {
    const [verifier, note] = [parseVerifier(key), parseNote(text)];
    const [name, ...lines] = note.text.trimEnd().split('\n');
    if (name === NAME && verifier.name === NAME && isSignedBy(note, verifier)) return lines;
  } catch (error) {
    throw new PlainError(`this is ${(error as Error).message}`);
  }
  throw new PlainError('the note is not signed with this key');
}
