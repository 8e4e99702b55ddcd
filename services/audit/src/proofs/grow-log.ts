import { Frontier, sameHash, subtreesOf } from '@tenantry/audit-proofs';
import type { PendingLog } from './checkpoint.table.js';
import { hashesOf, hashOf, LogAltered, STORED_HEIGHTS, storedRangeOf, type StoredRange } from './stored-tree.js';
import type { StoredSubtree } from './subtree.table.js';

/** How a log is after more of its entries were taken into the tree. */
export interface GrownLog {
  readonly tenantId: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Subtrees that are now complete, and are to be stored. */
  readonly completed: readonly StoredSubtree[];
}

/** What has to be read for a log to grow to a size: the edge of what was signed, then the leaves after it. */
export function rangesToGrow({ tenantId, signedSize }: PendingLog, size: number): StoredRange[] {
  const edge = subtreesOf({ from: 0, to: signedSize }).map((subtree) => storedRangeOf(tenantId, subtree));
  return [...edge, { tenantId, height: 0, from: signedSize, to: size }];
}

/**
 * Grows a log from its last checkpoint. The edge must have the root that was signed; the new root follows from that very
 * edge, so every checkpoint is consistent with the one before (RFC 9162, section 2.1.4).
 * @param stored what was read for `ranges`, which are those of `rangesToGrow`
 * @throws LogAltered when what is stored is not what was signed
 */
export function growLog(log: PendingLog, ranges: readonly StoredRange[], stored: readonly Uint8Array[]): GrownLog {
  const { tenantId, signedSize, signedRoot } = log;
  const edge = ranges.slice(0, -1).map((range, i) => hashOf(range, stored[i]!));
  const tree = Frontier.of(signedSize, edge);
  if (signedRoot && !sameHash(tree.root(), signedRoot)) {
    throw new LogAltered(`the first ${signedSize} entries of ${tenantId} are not those that were signed`);
  }
  const completed: StoredSubtree[] = [];
  for (const leaf of hashesOf(ranges.at(-1)!, stored.at(-1)!)) {
    tree.append(leaf, ({ height, position }, hash) => {
      if (height % STORED_HEIGHTS === 0) completed.push({ tenantId, height, position, hash });
    });
  }
  return { tenantId, size: tree.size, root: tree.root(), completed };
}
