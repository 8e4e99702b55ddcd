import { EMPTY_ROOT, hashNode } from './hash.js';
import { joinRange, subtreesOf, type Subtree } from './range.js';

/**
 * The right edge of a growing tree: the hashes of the complete subtrees that its leaves consist of. Enough to add leaves
 * and to know the root, in memory that grows with the logarithm of the size.
 */
export class Frontier {
  private constructor(
    private leaves: number,
    private readonly hashes: Uint8Array[],
  ) {}

  static empty(): Frontier {
    return new Frontier(0, []);
  }

  /**
   * The edge of a tree of that size, from the hashes of `subtreesOf({ from: 0, to: size })`.
   * @throws RangeError when there are more or fewer hashes than that
   */
  static of(size: number, hashes: readonly Uint8Array[]): Frontier {
    const expected = subtreesOf({ from: 0, to: size }).length;
    if (hashes.length !== expected) {
      throw new RangeError(`a tree of ${size} leaves has ${expected} subtrees at its edge, not ${hashes.length}`);
    }
    return new Frontier(size, [...hashes]);
  }

  get size(): number {
    return this.leaves;
  }

  /** The root of the tree as it is now (RFC 9162, section 2.1.1). */
  root(): Uint8Array {
    return this.leaves === 0 ? EMPTY_ROOT : joinRange(this.hashes);
  }

  /** Adds the next leaf. `completed` hears of each subtree that it completes, the smallest first. */
  append(leaf: Uint8Array, completed?: (subtree: Subtree, hash: Uint8Array) => void): void {
    this.join({ height: 0, position: this.leaves }, leaf, completed);
  }

  /** Adds a complete subtree that follows. @throws RangeError when it begins elsewhere or can't stand there */
  appendSubtree(subtree: Subtree, hash: Uint8Array): void {
    if (subtree.position * 2 ** subtree.height !== this.leaves) {
      throw new RangeError(`subtree ${subtree.height}/${subtree.position} does not follow ${this.leaves} leaves`);
    }
    this.join(subtree, hash);
  }

  private join(subtree: Subtree, hash: Uint8Array, completed?: (subtree: Subtree, hash: Uint8Array) => void): void {
    let { height, position } = subtree;
    this.leaves += 2 ** height;
    let joined = hash;
    // A right sibling completes its parent.
    for (; position % 2 === 1; position = (position - 1) / 2) {
      joined = hashNode(this.hashes.pop()!, joined);
      height += 1;
      completed?.({ height, position: (position - 1) / 2 }, joined);
    }
    this.hashes.push(joined);
  }
}
