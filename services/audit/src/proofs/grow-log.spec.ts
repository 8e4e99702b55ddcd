import { Frontier, hashLeaf, subtreesOf } from '@tenantry/audit-proofs';
import type { PendingLog } from './checkpoint.table.js';
import { growLog, rangesToGrow } from './grow-log.js';
import { LogAltered, type StoredRange } from './stored-tree.js';

const leaves = Array.from({ length: 1_000 }, (_, i) => hashLeaf(`leaf ${i}`));

function rootOf(from: number, to: number): Uint8Array {
  const tree = Frontier.empty();
  leaves.slice(from, to).forEach((leaf) => tree.append(leaf));
  return tree.root();
}
const logOf = (signedSize: number, size: number): PendingLog => ({
  ...{ tenantId: 'a', size, signedSize, signedAt: null },
  signedRoot: signedSize > 0 ? rootOf(0, signedSize) : null,
});
/** What Postgres would give for a range. */
function stored({ height, from, to }: StoredRange): Uint8Array {
  const width = 2 ** height;
  return Buffer.concat(Array.from({ length: to - from }, (_, i) => rootOf((from + i) * width, (from + i + 1) * width)));
}

describe('a growing log', () => {
  it('has the root of all its leaves, and tells which subtrees are now complete', () => {
    const log = logOf(300, 1_000);
    const ranges = rangesToGrow(log, 1_000);
    const grown = growLog(log, ranges, ranges.map(stored));
    expect(grown).toMatchObject({ tenantId: 'a', size: 1_000, root: rootOf(0, 1_000) });
    expect(grown.completed).toEqual([
      { tenantId: 'a', height: 8, position: 1, hash: rootOf(256, 512) },
      { tenantId: 'a', height: 8, position: 2, hash: rootOf(512, 768) },
    ]);
  });

  it('reads the edge and the new leaves only, however long it is', () => {
    const ranges = rangesToGrow(logOf(65_536 + 300, 65_536 + 400), 65_536 + 400);
    const hashes = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(ranges.map(({ height }) => height)).toEqual([16, 8, 0, 0, 0, 0]);
    expect(hashes).toBe(1 + 1 + 44 + 100);
    expect(subtreesOf({ from: 0, to: 65_536 + 300 })).toHaveLength(ranges.length - 1);
  });

  it.each([0, 300])('is not signed when one of its new leaves is missing, after %i', (signedSize) => {
    const log = logOf(signedSize, 400);
    const ranges = rangesToGrow(log, 400);
    const without = ranges.map(stored).with(-1, stored(ranges.at(-1)!).subarray(32));
    expect(() => growLog(log, ranges, without)).toThrow(LogAltered);
  });

  it('is not signed when its edge is not what was signed', () => {
    const log = { ...logOf(300, 400), signedRoot: rootOf(0, 299) };
    const ranges = rangesToGrow(log, 400);
    expect(() => growLog(log, ranges, ranges.map(stored))).toThrow(LogAltered);
  });
});
