import { HASH_BYTES, hashNode, sameHash } from './hash.js';
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
export function verifyConsistency({ from, to, fromRoot, toRoot }: Consistency, proof: readonly Uint8Array[]): boolean {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || from > to) return false;
  if (proof.some(({ length }) => length !== HASH_BYTES)) return false;
  if (from === to) return proof.length === 0 && sameHash(fromRoot, toRoot);
  const [first, ...rest] = subtreesOf({ from: 0, to: from }).length === 1 ? [fromRoot, ...proof] : proof;
  if (!first) return false;
  let [node, last] = [from - 1, to - 1];
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)];
  let [oldHash, newHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = hashNode(sibling, oldHash);
      newHash = hashNode(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newHash = hashNode(newHash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameHash(oldHash, fromRoot) && sameHash(newHash, toRoot);
}
