import { createHash } from 'node:crypto';
import { originOf, parseCheckpoint } from '../checkpoint/checkpoint.js';
import { isSignedBy, type NoteVerifier, parseNote } from '../checkpoint/signed-note.js';
import { verifyInclusion } from '../tree/inclusion.js';

const NAME = /^tenantry\/access-review\/([0-9a-f-]{36})$/;

/** A statement, or a list of accesses, that does not show what it says. */
export class BadReview extends Error {}

/** What a statement says and shows. */
export interface VerifiedReview {
  readonly tenantId: string;
  readonly review: string;
  readonly name: string;
  readonly completedAt: string;
  readonly completedBy: string;
  /** How many accesses there were when they were frozen. */
  readonly accesses: number;
  readonly kept: number;
  readonly revoked: number;
  readonly undecided: number;
  readonly leftBecause: string | null;
  /** How many entries the log had then. */
  readonly logSize: number;
  /** How many ended accesses were shown to be in the log; null when no list of accesses was given. */
  readonly proven: number | null;
}

/** An access as `GET …/items` lists it. */
export interface ReviewedAccess {
  readonly accessId: string;
  readonly kind: string;
  readonly holderId?: string | null;
  readonly role?: string | null;
  readonly permissions?: readonly string[];
  readonly grantedBy?: string | null;
  readonly grantedAt: string;
  readonly expiresAt?: string | null;
  readonly decision?: string | null;
  readonly newRole?: string | null;
  readonly decidedBy?: string | null;
  readonly decidedAt?: string | null;
  readonly findings?: readonly string[];
  readonly evidence?: Evidence | null;
}

interface Evidence {
  readonly outcome: string;
  readonly entryId?: string | null;
  readonly sequence?: string | null;
  readonly leafHash?: string | null;
  readonly hashes?: readonly string[];
  readonly checkpoint?: string | null;
}

interface Statement {
  readonly version: number;
  readonly review: string;
  readonly tenantId: string;
  readonly name: string;
  readonly completedAt: string;
  readonly completedBy: string;
  readonly population: {
    readonly items: number;
    readonly digest: string;
    readonly treeSize: string;
    readonly rootHash: string;
    readonly checkpoint: string;
  };
  readonly decisions: {
    readonly undecided: number;
    readonly kept: number;
    readonly revoked: number;
    readonly leftBecause: string | null;
    readonly digest: string;
  };
  readonly ended: readonly {
    readonly kind: string;
    readonly accessId: string;
    readonly entry: { readonly id: string; readonly sequence: string; readonly leafHash: string } | null;
  }[];
}

/**
 * Verifies the signed result of an access review from its text and a key that was pinned: its signature, and that the log's head with which the
 * population was frozen is signed by the same key for the same tenant. With the list of its accesses: that they and what was decided are
 * those that were signed, and that the log has the entry by which each ended (RFC 9162, section 2.1.3.2).
 * @throws BadReview naming the first thing that is wrong
 */
export function verifyReview(
  note: string,
  publicKey: Uint8Array,
  accesses: readonly ReviewedAccess[] | null,
): VerifiedReview {
  const { tenantId, statement } = readStatement(note, publicKey);
  const { review, name, completedAt, completedBy, population, decisions } = statement;
  const logSize = verifyHead(statement, publicKey);
  const { kept, revoked, undecided, leftBecause } = decisions;
  const proven = accesses && verifyAccesses(statement, accesses, publicKey);
  return {
    ...{ tenantId, review, name, completedAt, completedBy, accesses: population.items },
    ...{ kept, revoked, undecided, leftBecause, logSize, proven },
  };
}

function readStatement(text: string, publicKey: Uint8Array): { tenantId: string; statement: Statement } {
  const note = attempt(() => parseNote(text), 'it is no signed note');
  const [name = '', body = '', ...rest] = note.text.split('\n');
  const tenantId = NAME.exec(name)?.[1];
  if (tenantId === undefined || rest.join('') !== '') throw new BadReview('it is no result of an access review');
  if (!isSignedBy(note, { name, publicKey })) throw new BadReview('it is not signed with this key');
  const statement = attempt(() => JSON.parse(body) as Statement, 'its text is not JSON');
  if (statement.version !== 1) throw new BadReview(`version ${statement.version} is not known`);
  if (statement.tenantId !== tenantId) throw new BadReview('it names another tenant than its signature');
  return { tenantId, statement };
}

function verifyHead({ tenantId, population }: Statement, publicKey: Uint8Array): number {
  const head = readHead(population.checkpoint, tenantId, publicKey, 'the head with which it was frozen');
  const isSame =
    String(head.size) === population.treeSize && Buffer.from(head.root).toString('base64url') === population.rootHash;
  if (!isSame) throw new BadReview('the head with which it was frozen is not the one that it names');
  return head.size;
}

function verifyAccesses(statement: Statement, accesses: readonly ReviewedAccess[], publicKey: Uint8Array): number {
  const { population, decisions, ended } = statement;
  if (digest(accesses, frozenLine) !== population.digest)
    throw new BadReview('the accesses are not those that were frozen');
  if (digest(accesses, decidedLine) !== decisions.digest)
    throw new BadReview('what was decided is not what was signed');
  const entries = new Map(ended.map(({ kind, accessId, entry }) => [`${kind} ${accessId}`, entry]));
  let proven = 0;
  for (const access of accesses) {
    const { kind, accessId, evidence } = access;
    if (!evidence?.entryId) continue;
    const named = entries.get(`${kind} ${accessId}`);
    if (named && (named.id !== evidence.entryId || named.leafHash !== evidence.leafHash))
      throw new BadReview(`${kind} ${accessId} ended by another entry than was signed`);
    verifyEnd(access, evidence, statement.tenantId, publicKey);
    proven += 1;
  }
  return proven;
}

function verifyEnd(
  { kind, accessId }: ReviewedAccess,
  { sequence, leafHash, hashes = [], checkpoint }: Evidence,
  tenantId: string,
  publicKey: Uint8Array,
): void {
  const head = readHead(checkpoint ?? '', tenantId, publicKey, `the head that shows the end of ${kind} ${accessId}`);
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
  const at = { index: Number(sequence) - 1, size: head.size, leaf: bytes(leafHash ?? ''), root: head.root };
  if (!verifyInclusion(at, hashes.map(bytes)))
    throw new BadReview(`the log does not have the entry by which ${kind} ${accessId} ended`);
}

function readHead(text: string, tenantId: string, publicKey: Uint8Array, what: string) {
  const head = attempt(() => parseCheckpoint(text), `${what} can not be read`);
  const verifier: NoteVerifier = { name: originOf(tenantId), publicKey };
  if (head.origin !== verifier.name || !isSignedBy(parseNote(text), verifier))
    throw new BadReview(`${what} is not signed with this key for this tenant`);
  return head;
}

/** SHA-256, in hex, of a line for each access in the order of the list. */
function digest(accesses: readonly ReviewedAccess[], line: (access: ReviewedAccess) => object): string {
  const hash = createHash('sha256');
  for (const access of accesses) hash.update(`${JSON.stringify(line(access))}\n`);
  return hash.digest('hex');
}

function frozenLine(access: ReviewedAccess): object {
  const { accessId, expiresAt = null, grantedAt, grantedBy = null, holderId = null } = access;
  const { kind, permissions = [], role = null } = access;
  return { accessId, expiresAt, grantedAt, grantedBy, holderId, kind, permissions, role };
}

function decidedLine(access: ReviewedAccess): object {
  const { accessId, decidedAt = null, decidedBy = null, decision = null, findings = [], kind } = access;
  const { newRole = null, evidence } = access;
  const outcome = evidence?.outcome ?? null;
  return { accessId, decidedAt, decidedBy, decision, findings, kind, newRole, outcome };
}

function attempt<T>(read: () => T, problem: string): T {
  try {
    return read();
  } catch (cause) {
    throw new BadReview(problem, { cause });
  }
}
