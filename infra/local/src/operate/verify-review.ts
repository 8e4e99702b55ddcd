import { readFileSync } from 'node:fs';
import {
  BadReview,
  parseVerifier,
  verifyReview as verify,
  type ReviewedAccess,
  type VerifiedReview,
} from '@tenantry/audit-proofs';
import { PlainError } from '../plain-error.js';
import type { VerifyRequest } from './verify-audit.js';

/**
 * Verifies the signed result of an access review from files and a pinned key alone: no network, no database, no instance.
 * @throws PlainError naming the first thing that is wrong
 */
export function verifyReview({ files, keys }: VerifyRequest): Promise<readonly string[]> {
  const [[file, ...pages], [key, ...more]] = [files, keys];
  if (file === undefined || key === undefined || more.length > 0) {
    throw new PlainError(
      'Name one result, the key that was pinned and, if you like, the pages of its accesses: review verify <file> [<items.json>]… --key <verifier>',
    );
  }
  try {
    const note = noteIn(readFileSync(file, 'utf8'));
    const accesses = pages.length > 0 ? pages.flatMap(accessesIn) : null;
    return Promise.resolve(describe(verify(note, parseVerifier(key).publicKey, accesses)));
  } catch (error) {
    throw explain(file, error);
  }
}

/** A note, or the answer of the API that has one. */
function noteIn(text: string): string {
  return text.startsWith('{') ? String((JSON.parse(text) as { note?: unknown }).note) : text;
}

/** A page of the list, as the API answers it. */
function accessesIn(file: string): readonly ReviewedAccess[] {
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data?: unknown };
  if (!Array.isArray(data)) throw new BadReview(`${file} is no page of the accesses of a review`);
  return data as ReviewedAccess[];
}

function describe(result: VerifiedReview): string[] {
  const { review, name, tenantId, accesses, kept, revoked, undecided, leftBecause, logSize, proven } = result;
  return [
    `access review ${review} (${name}) of tenant ${tenantId}: as it was signed, frozen with the audit log of ${logSize} entries`,
    `${accesses} accesses: ${kept} kept, ${revoked} revoked or narrowed, ${undecided} undecided; completed by ${result.completedBy} at ${result.completedAt}`,
    ...(leftBecause === null ? [] : [`left undecided because: ${leftBecause}`]),
    proven === null
      ? 'the accesses themselves were not given, so only the result was verified'
      : `the accesses and decisions are those that were signed, and the audit log has the entries by which ${proven} ended`,
  ];
}

function explain(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const isExpected =
    error instanceof BadReview || error instanceof TypeError || error instanceof SyntaxError || code !== undefined;
  return isExpected ? new PlainError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`) : error;
}
