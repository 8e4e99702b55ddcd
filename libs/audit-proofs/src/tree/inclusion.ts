import { Climb } from './climb.js';
import { areHashes, hashNode, sameHash } from './hash.js';
import { splitOf, type LeafRange } from './range.js';

/**
 * The ranges whose roots prove that a leaf is in a tree, the lowest first: PATH(m, D[n]) of RFC 9162, section 2.1.3.1.
 * @throws RangeError when the tree has no such leaf
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (index < 0 || index >= size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/** What an inclusion proof says: the leaf with that hash has this number (from 0) in the tree with that root. */
export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
}

/** Whether a proof shows it, by the steps of RFC 9162, section 2.1.3.2. Never throws, whatever the proof is. */
export function verifyInclusion({ index, size, leaf, root }: Inclusion, proof: readonly Uint8Array[]): boolean {
  const exists = Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
  if (!exists || !areHashes([leaf, ...proof])) return false;
  const climb = new Climb(index, size - 1);
  let hash = leaf;
  for (const sibling of proof) {
    if (climb.isAtRoot) return false;
    hash = climb.passSibling() === 'left' ? hashNode(sibling, hash) : hashNode(hash, sibling);
  }
  return climb.isAtRoot && sameHash(hash, root);
}
