import { readFileSync } from 'node:fs';
import { BadCertificate, parseVerifier, verifyCertificate, type VerifiedCertificate } from '@tenantry/audit-proofs';
import { PlainError } from '../plain-error.js';
import type { VerifyRequest } from './verify-audit.js';

/**
 * Verifies an erasure's certificate from a file and a pinned key alone: no network, no database, no instance.
 * @throws PlainError naming the first thing that is wrong
 */
export function verifyErasure({ files, keys }: VerifyRequest): Promise<readonly string[]> {
  const [[file, ...others], [key, ...more]] = [files, keys];
  if (file === undefined || key === undefined || others.length + more.length > 0) {
    throw new PlainError(
      'Name one certificate and the key that was pinned: certificate verify <file> --key <verifier>',
    );
  }
  try {
    return Promise.resolve(
      describe(verifyCertificate(noteIn(readFileSync(file, 'utf8')), parseVerifier(key).publicKey)),
    );
  } catch (error) {
    throw explain(file, error);
  }
}

/** A note, or the answer of the API that has one. */
function noteIn(text: string): string {
  return text.startsWith('{') ? String((JSON.parse(text) as { note?: unknown }).note) : text;
}

function describe({
  tenantId,
  erasure,
  rows,
  values,
  keys,
  plannedBy,
  approvedBy,
  exceptions,
  expires,
  logSize,
}: VerifiedCertificate): string[] {
  return [
    `erasure ${erasure} of tenant ${tenantId}: as it was signed, and in the audit log of ${logSize} entries`,
    `${rows} rows were changed and ${values} values in the audit log and ${keys} keys destroyed; planned by ${plannedBy}, approved by ${approvedBy}`,
    ...exceptions.map(
      ({ place, action, reason }) => `exception: ${place}: ${action}${reason === null ? '' : ` (${reason})`}`,
    ),
    ...expires.map(({ what, at }) => `still to expire: ${what}: ${at}`),
  ];
}

function explain(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const isExpected =
    error instanceof BadCertificate || error instanceof TypeError || error instanceof SyntaxError || code !== undefined;
  return isExpected ? new PlainError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`) : error;
}
