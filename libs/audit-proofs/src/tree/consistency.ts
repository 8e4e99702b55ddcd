import { Climb } from './climb.js';
import { areHashes, hashNode, sameHash } from './hash.js';
import { splitOf, subtreesOf, type LeafRange } from './range.js';

/**
 * The ranges whose roots prove that a tree only grew from one size to another, in the order of PROOF(m, D[n]) of RFC 9162,
 * section 2.1.4.1. Nothing for a tree that is as it was.
 * @throws RangeError unless 0 < from ≤ to
 */
export function consistencyRanges(from: number, to: number): LeafRange[] {
  if (from < 1 || from > to) throw new RangeError(`no tree of ${to} leaves grew from one of ${from}`);
  const ranges: LeafRange[] = [];
  let [start, end, old] = [0, to, from];
  let whole = true; // the old tree is all of what is left
  while (old !== end - start) {
    const split = splitOf(end - start);
    if (old <= split) {
      ranges.push({ from: start + split, to: end });
      end = start + split;
    } else {
      ranges.push({ from: start, to: start + split });
      start += split;
      old -= split;
      whole = false;
    }
  }
  if (!whole) ranges.push({ from: start, to: end });
  return ranges.reverse();
}

/** What a consistency proof says: the larger tree begins with all leaves of the smaller one. */
export interface Consistency {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
}

/** Whether a proof shows it, by the steps of RFC 9162, section 2.1.4.2. Never throws, whatever the proof is. */
export function verifyConsistency(said: Consistency, proof: readonly Uint8Array[]): boolean {
  const { from, to, fromRoot, toRoot } = said;
  const exists = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to;
  if (!exists || !areHashes(proof)) return false;
  if (from === to) return proof.length === 0 && sameHash(fromRoot, toRoot);
  const isComplete = subtreesOf({ from: 0, to: from }).length === 1;
  return climbBoth(said, isComplete ? [fromRoot, ...proof] : proof);
}

/** Computes both roots from the hash that both trees have, and what is beside the way up from it. */
function climbBoth({ from, to, fromRoot, toRoot }: Consistency, [shared, ...siblings]: readonly Uint8Array[]): boolean {
  if (!shared) return false;
  const climb = new Climb(from - 1, to - 1);
  climb.skipRightTurns();
  let [oldHash, newHash] = [shared, shared];
  for (const sibling of siblings) {
    if (climb.isAtRoot) return false;
    if (climb.passSibling() === 'left') {
      oldHash = hashNode(sibling, oldHash);
      newHash = hashNode(sibling, newHash);
    } else {
      newHash = hashNode(newHash, sibling);
    }
  }
  return climb.isAtRoot && sameHash(oldHash, fromRoot) && sameHash(newHash, toRoot);
}
