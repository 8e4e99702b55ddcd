import fc from 'fast-check';
import { consistencyRanges, verifyConsistency } from './consistency.js';
import { Frontier } from './frontier.js';
import { EMPTY_ROOT, hashLeaf, hashNode } from './hash.js';
import { inclusionRanges, verifyInclusion } from './inclusion.js';
import { joinRange, subtreesOf, type LeafRange, type Subtree } from './range.js';

/** RFC 9162 read aloud: recursive, without a thought for speed. Everything else is compared with it. */
const reference = {
  root(leaves: readonly Uint8Array[]): Uint8Array {
    if (leaves.length === 0) return EMPTY_ROOT;
    if (leaves.length === 1) return leaves[0]!;
    const k = reference.split(leaves.length);
    return hashNode(reference.root(leaves.slice(0, k)), reference.root(leaves.slice(k)));
  },
  path(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
    if (leaves.length === 1) return [];
    const k = reference.split(leaves.length);
    return m < k
      ? [...reference.path(m, leaves.slice(0, k)), reference.root(leaves.slice(k))]
      : [...reference.path(m - k, leaves.slice(k)), reference.root(leaves.slice(0, k))];
  },
  proof(m: number, leaves: readonly Uint8Array[], whole = true): Uint8Array[] {
    if (m === leaves.length) return whole ? [] : [reference.root(leaves)];
    const k = reference.split(leaves.length);
    return m <= k
      ? [...reference.proof(m, leaves.slice(0, k), whole), reference.root(leaves.slice(k))]
      : [...reference.proof(m - k, leaves.slice(k), false), reference.root(leaves.slice(0, k))];
  },
  split(size: number): number {
    let k = 1;
    while (k * 2 < size) k *= 2;
    return k;
  },
};

const leavesOf = (size: number): Uint8Array[] => Array.from({ length: size }, (_, i) => hashLeaf(`leaf ${i}`));
const many = leavesOf(700);

/** The root of a range by way of its complete subtrees, as whoever stores them finds it. */
const rootOf = (range: LeafRange): Uint8Array =>
  joinRange(
    subtreesOf(range).map(({ height, position }: Subtree) =>
      reference.root(many.slice(position * 2 ** height, (position + 1) * 2 ** height)),
    ),
  );
function frontierOf(leaves: readonly Uint8Array[]): Frontier {
  const frontier = Frontier.empty();
  leaves.forEach((leaf) => frontier.append(leaf));
  return frontier;
}

const sizes = fc.integer({ min: 1, max: many.length });
const twoSizes = fc.tuple(sizes, sizes).map(([x, y]) => [Math.min(x, y), Math.max(x, y)] as const);
const leafInTree = sizes.chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));

describe('a Merkle tree', () => {
  it('has the roots that RFC 6962 implementations publish', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const hex = (size: number): string =>
      Buffer.from(frontierOf(inputs.slice(0, size).map((text) => hashLeaf(Buffer.from(text, 'hex')))).root()).toString(
        'hex',
      );
    expect(hex(0)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex(1)).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    expect(hex(3)).toMatch(/^aeb6bcfe.*29e06e77$/);
    expect(hex(5)).toMatch(/^4e3bbb1f.*6264d4$/);
    expect(hex(7)).toMatch(/^ddb89be4.*a74c8c$/);
    expect(hex(8)).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  });

  it('has the root of the definition at every size, grown leaf by leaf', () => {
    const frontier = Frontier.empty();
    for (const [size, leaf] of many.slice(0, 130).entries()) {
      expect(frontier.root()).toEqual(reference.root(many.slice(0, size)));
      frontier.append(leaf);
    }
  });

  it('goes on from the subtrees at its edge', () => {
    fc.assert(
      fc.property(twoSizes, ([from, to]) => {
        const edge = subtreesOf({ from: 0, to: from }).map((one) => rootOf(leavesUnder(one)));
        const frontier = Frontier.of(from, edge);
        many.slice(from, to).forEach((leaf) => frontier.append(leaf));
        expect(frontier.root()).toEqual(reference.root(many.slice(0, to)));
      }),
    );
  });

  it('grows by whole subtrees too, and refuses one that does not follow', () => {
    const whole = { from: 300, to: 700 };
    const frontier = frontierOf(many.slice(0, whole.from));
    subtreesOf(whole).forEach((one) => frontier.appendSubtree(one, rootOf(leavesUnder(one))));
    expect(frontier.root()).toEqual(reference.root(many));
    expect(() => frontier.appendSubtree({ height: 3, position: 1 }, many[0]!)).toThrow(RangeError);
    expect(() => Frontier.of(3, [many[0]!])).toThrow(RangeError);
  });

  it('tells of each subtree when it is complete, once', () => {
    const completed = new Map<string, Uint8Array>();
    const frontier = Frontier.empty();
    many.forEach((leaf) =>
      frontier.append(leaf, ({ height, position }, hash) => completed.set(`${height}/${position}`, hash)),
    );
    expect(completed.size).toBe(350 + 175 + 87 + 43 + 21 + 10 + 5 + 2 + 1);
    expect(completed.get('8/1')).toEqual(reference.root(many.slice(256, 512)));
  });

  it('is made of complete subtrees, without gap or overlap', () => {
    fc.assert(
      fc.property(twoSizes, ([from, to]) => {
        const ranges = subtreesOf({ from, to }).map(leavesUnder);
        expect(ranges.map((range) => range.from)).toEqual([from, ...ranges.map((range) => range.to)].slice(0, -1));
        expect(ranges.at(-1)?.to ?? from).toBe(to);
      }),
    );
  });
});

function leavesUnder({ height, position }: Subtree): LeafRange {
  return { from: position * 2 ** height, to: (position + 1) * 2 ** height };
}

describe('an inclusion proof', () => {
  it('is that of the definition, and verifies, for every leaf of small trees', () => {
    for (let size = 1; size <= 40; size++) {
      const root = reference.root(many.slice(0, size));
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map(rootOf);
        expect(proof).toEqual(reference.path(index, many.slice(0, size)));
        expect(verifyInclusion({ index, size, leaf: many[index]!, root }, proof)).toBe(true);
      }
    }
  });

  it('shows nothing else: another leaf, number, size, root, or a proof that was changed, cut or lengthened', () => {
    fc.assert(
      fc.property(leafInTree, fc.nat(), ([index, size], noise) => {
        const root = reference.root(many.slice(0, size));
        const proof = inclusionRanges(index, size).map(rootOf);
        const said = { index, size, leaf: many[index]!, root };
        expect(verifyInclusion(said, proof)).toBe(true);
        expect(verifyInclusion({ ...said, leaf: hashLeaf('other') }, proof)).toBe(false);
        expect(verifyInclusion({ ...said, root: hashLeaf('other') }, proof)).toBe(false);
        expect(verifyInclusion({ ...said, index: size }, proof)).toBe(false);
        expect(verifyInclusion(said, [...proof, many[0]!])).toBe(false);
        if (size > 1) {
          expect(verifyInclusion({ ...said, index: (index + 1 + (noise % (size - 1))) % size }, proof)).toBe(false);
          expect(verifyInclusion(said, proof.slice(1))).toBe(false);
          expect(verifyInclusion(said, proof.with(noise % proof.length, hashLeaf(`noise ${noise}`)))).toBe(false);
          expect(verifyInclusion(said, proof.with(noise % proof.length, new Uint8Array(31)))).toBe(false);
        }
      }),
    );
  });

  it('is as long as the way to the root of a tree of that size', () => {
    const [leaf, sibling] = many as [Uint8Array, Uint8Array];
    const root = hashNode(leaf, sibling);
    expect(verifyInclusion({ index: 0, size: 2, leaf, root }, [sibling])).toBe(true);
    expect(verifyInclusion({ index: 0, size: 4, leaf, root }, [sibling])).toBe(false);
    expect(verifyInclusion({ index: 0, size: 1, leaf, root }, [sibling])).toBe(false);
    expect(verifyInclusion({ index: 0, size: 1, leaf, root: hashNode(sibling, leaf) }, [sibling])).toBe(false);
  });

  it('does not exist for a leaf that the tree does not have', () => {
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
    expect(() => inclusionRanges(0, 0)).toThrow(RangeError);
    expect(verifyInclusion({ index: 0, size: 0, leaf: many[0]!, root: EMPTY_ROOT }, [])).toBe(false);
    expect(inclusionRanges(0, 1)).toEqual([]);
  });
});

describe('a consistency proof', () => {
  it('is that of the definition, and verifies, between all small sizes', () => {
    for (let to = 1; to <= 40; to++) {
      const toRoot = reference.root(many.slice(0, to));
      for (let from = 1; from <= to; from++) {
        const proof = consistencyRanges(from, to).map(rootOf);
        expect(proof).toEqual(reference.proof(from, many.slice(0, to)));
        const fromRoot = reference.root(many.slice(0, from));
        expect(verifyConsistency({ from, to, fromRoot, toRoot }, proof)).toBe(true);
      }
    }
  });

  it('shows nothing else: another size, root, or a proof that was changed, cut or lengthened', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([from, to], noise) => {
        const [fromRoot, toRoot] = [reference.root(many.slice(0, from)), reference.root(many.slice(0, to))];
        const proof = consistencyRanges(from, to).map(rootOf);
        const said = { from, to, fromRoot, toRoot };
        expect(verifyConsistency(said, proof)).toBe(true);
        expect(verifyConsistency({ ...said, fromRoot: hashLeaf('other') }, proof)).toBe(false);
        expect(verifyConsistency({ ...said, toRoot: hashLeaf('other') }, proof)).toBe(false);
        expect(verifyConsistency({ ...said, from: 0 }, proof)).toBe(false);
        expect(verifyConsistency({ ...said, from: to + 1 }, proof)).toBe(false);
        expect(verifyConsistency(said, [...proof, many[0]!])).toBe(false);
        if (from < to) {
          expect(verifyConsistency(said, proof.slice(1))).toBe(false);
          expect(verifyConsistency(said, proof.with(noise % proof.length, hashLeaf(`noise ${noise}`)))).toBe(false);
        }
      }),
    );
  });

  it('does not exist from nothing, nor back', () => {
    expect(() => consistencyRanges(0, 3)).toThrow(RangeError);
    expect(() => consistencyRanges(4, 3)).toThrow(RangeError);
    expect(consistencyRanges(3, 3)).toEqual([]);
  });

  it('does not verify for a history that was rewritten', () => {
    const rewritten = many.with(2, hashLeaf('rewritten'));
    const said = {
      from: 5,
      to: 9,
      fromRoot: reference.root(many.slice(0, 5)),
      toRoot: reference.root(rewritten.slice(0, 9)),
    };
    expect(verifyConsistency(said, reference.proof(5, rewritten.slice(0, 9)))).toBe(false);
  });
});
