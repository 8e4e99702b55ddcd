import { originOf, parseCheckpoint } from '../checkpoint/checkpoint.js';
import { isSignedBy, type NoteVerifier, parseNote } from '../checkpoint/signed-note.js';
import { hashLeaf } from '../tree/hash.js';
import { verifyInclusion } from '../tree/inclusion.js';

const NAME = /^tenantry\/erasure-certificate\/([0-9a-f-]{36})$/;

/** A certificate that does not show what it says. */
export class BadCertificate extends Error {}

/** What a certificate says and shows. */
export interface VerifiedCertificate {
  readonly tenantId: string;
  readonly erasure: string;
  readonly rows: string;
  readonly values: string;
  /** How many keys of the person were destroyed. */
  readonly keys: string;
  readonly approvedBy: string;
  readonly plannedBy: string;
  readonly exceptions: readonly { readonly place: string; readonly action: string; readonly reason: string | null }[];
  readonly expires: readonly { readonly what: string; readonly at: string }[];
  /** How many entries the log had when it was proved to have the erasure. */
  readonly logSize: number;
}

interface Certificate {
  readonly version: number;
  readonly erasure: string;
  readonly tenantId: string;
  readonly plan: { readonly digest: string; readonly by: string; readonly approvedBy: string };
  readonly rows: { readonly total: string };
  readonly auditValues: { readonly values: string };
  readonly keysDestroyed: { readonly count?: string };
  readonly exceptions: VerifiedCertificate['exceptions'];
  readonly expires: VerifiedCertificate['expires'];
  readonly proof: {
    readonly leaf: string;
    readonly leafIndex: string;
    readonly hashes: readonly string[];
    readonly checkpoint: string;
  };
}

interface Leaf {
  readonly tenantId: string;
  readonly event: string;
  readonly new: { readonly erasureId: string; readonly digest: string; readonly rows: string; readonly values: string };
}

/**
 * Verifies an erasure's certificate from nothing but its text and a key that was pinned: its signature, that the checkpoint inside is signed by the same key for the
 * same tenant, that the log of the checkpoint has the erasure's entry (RFC 9162, section 2.1.3.2), and that the entry says the same as the certificate.
 * @throws BadCertificate naming the first thing that is wrong
 */
export function verifyCertificate(note: string, publicKey: Uint8Array): VerifiedCertificate {
  const { name, certificate } = readCertificate(note, publicKey);
  const tenantId = NAME.exec(name)![1]!;
  if (certificate.version !== 1) throw new BadCertificate(`version ${certificate.version} is not known`);
  if (certificate.tenantId !== tenantId) throw new BadCertificate('it names another tenant than its signature');
  const size = verifyProof(certificate, publicKey);
  const { erasure, rows, auditValues, keysDestroyed, plan, exceptions, expires } = certificate;
  assertSame(certificate);
  return {
    ...{ tenantId, erasure, rows: rows.total, values: auditValues.values, exceptions, expires, logSize: size },
    ...{ keys: keysDestroyed.count ?? '0', plannedBy: plan.by, approvedBy: plan.approvedBy },
  };
}

function readCertificate(text: string, publicKey: Uint8Array): { name: string; certificate: Certificate } {
  const note = attempt(() => parseNote(text), 'it is no signed note');
  const [name = '', body = '', ...rest] = note.text.split('\n');
  if (!NAME.test(name) || rest.join('') !== '') throw new BadCertificate('it is no erasure certificate');
  if (!isSignedBy(note, { name, publicKey })) throw new BadCertificate('it is not signed with this key');
  return { name, certificate: attempt(() => JSON.parse(body) as Certificate, 'its text is not JSON') };
}

function verifyProof({ proof, tenantId }: Certificate, publicKey: Uint8Array): number {
  const signed = attempt(() => parseCheckpoint(proof.checkpoint), 'its checkpoint can not be read');
  const verifier: NoteVerifier = { name: originOf(tenantId), publicKey };
  if (signed.origin !== verifier.name || !isSignedBy(parseNote(proof.checkpoint), verifier)) {
    throw new BadCertificate('its checkpoint is not signed with this key for this tenant');
  }
  const hashes = proof.hashes.map((hash) => new Uint8Array(Buffer.from(hash, 'base64url')));
  const at = { index: Number(proof.leafIndex), size: signed.size, leaf: hashLeaf(proof.leaf), root: signed.root };
  if (!verifyInclusion(at, hashes)) throw new BadCertificate('the log of its checkpoint does not have the entry');
  return signed.size;
}

/** What was signed into the log when it was done is what the certificate says. */
function assertSame({ proof, tenantId, erasure, plan, rows, auditValues }: Certificate): void {
  const leaf = attempt(() => JSON.parse(proof.leaf) as Leaf, 'its entry is not JSON');
  const said = [tenantId, 'SubjectErased', erasure, plan.digest, rows.total, auditValues.values];
  const { new: fields } = leaf;
  const logged = [leaf.tenantId, leaf.event, fields.erasureId, fields.digest, fields.rows, fields.values];
  if (said.some((value, index) => value !== logged[index])) {
    throw new BadCertificate('it says something else than the entry in the log');
  }
}

function attempt<T>(read: () => T, problem: string): T {
  try {
    return read();
  } catch (cause) {
    throw new BadCertificate(problem, { cause });
  }
}
