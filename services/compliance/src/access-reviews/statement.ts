import { createHash } from 'node:crypto';
import type { AccessItem } from './access-item.js';
import type { AccessReview, Progress } from './access-review.js';

/** So many revocations are named one by one; the digest covers all. */
const MAX_NAMED = 1_000;

/** SHA-256, in hex, of a line for each decision in the order of the list. Nothing in it is about a person but by id. */
export function decisionsDigest(items: readonly AccessItem[]): string {
  const hash = createHash('sha256');
  for (const { accessId, decidedAt, decidedBy, decision, findings, kind, newRole, outcome } of items) {
    hash.update(`${JSON.stringify({ accessId, decidedAt, decidedBy, decision, findings, kind, newRole, outcome })}\n`);
  }
  return hash.digest('hex');
}

/** The result of a review as one line of JSON: what was looked at, by what roster, what was decided, and which entries of the log show what ended. */
export function printStatement(
  tenantId: string,
  { id, name, openedAt, dueAt, completedAt, completedBy, leftBecause, population, roster }: AccessReview,
  { undecided, kept, revoked }: Progress,
  items: readonly AccessItem[],
): string {
  const ended = items.filter(({ execution }) => execution === 'done');
  return JSON.stringify({
    version: 1,
    ...{ review: id, tenantId, name, openedAt, dueAt, completedAt, completedBy },
    population: population && { ...population, treeSize: String(population.treeSize) },
    roster,
    decisions: { undecided, kept, revoked, leftBecause, digest: decisionsDigest(items) },
    ended: ended.slice(0, MAX_NAMED).map(({ kind, accessId, outcome, seenGoneAt, proof }) => ({
      ...{ kind, accessId, outcome, seenGoneAt },
      entry: proof && { id: proof.entryId, sequence: proof.sequence, leafHash: proof.leafHash },
    })),
  });
}
