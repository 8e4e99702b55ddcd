import { hashNode } from './hash.js';

/** Leaves `from` to before `to`, numbered from 0. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** The complete subtree over the `2^height` leaves from `position · 2^height` on. It never changes again. */
export interface Subtree {
  readonly height: number;
  readonly position: number;
}

/** The largest power of two below `size`: where RFC 9162 splits a tree of more than one leaf. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The complete subtrees that cover a range, from left to right: at most two for each height. */
export function subtreesOf({ from, to }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let next = from; next < to;) {
    const height = largestAt(next, to);
    subtrees.push({ height, position: next / 2 ** height });
    next += 2 ** height;
  }
  return subtrees;
}

/** The height of the largest complete subtree that begins at a leaf and ends before another. */
function largestAt(from: number, to: number): number {
  let height = 0;
  for (let width = 2; from % width === 0 && from + width <= to; width *= 2) height += 1;
  return height;
}

/** Joins the hashes of a range's complete subtrees, left to right, into the root of the range (RFC 9162, section 2.1.1). */
export function joinRange(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.reduceRight((right, left) => hashNode(left, right));
}
