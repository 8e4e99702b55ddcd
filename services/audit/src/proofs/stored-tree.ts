import { Frontier, joinRange, subtreesOf, type LeafRange, type Subtree } from '@tenantry/audit-proofs';

/** Subtrees of every eighth height are stored, so one row stands for 256 rows below it. */
export const STORED_HEIGHTS = 8;
const HASH_BYTES = 32;

/** Hashes that are stored one after the other: of leaves at height 0, else of subtrees. */
export interface StoredRange extends LeafRange {
  readonly tenantId: string;
  readonly height: number;
}

/** Whatever finds stored hashes: for each range its hashes, joined in their order. */
export type ReadHashes = (ranges: readonly StoredRange[]) => Promise<readonly Uint8Array[]>;

/** What is stored does not fit together: somebody changed it past the service. */
export class LogAltered extends Error {
  override readonly name = 'LogAltered';
}

/** Where the hashes are stored from which a subtree's own follows. */
export function storedRangeOf(tenantId: string, { height, position }: Subtree): StoredRange {
  const width = 2 ** (height % STORED_HEIGHTS);
  return { tenantId, height: height - (height % STORED_HEIGHTS), from: position * width, to: (position + 1) * width };
}

/** Takes the hashes of a stored range apart. @throws LogAltered when not all of them are there */
export function hashesOf({ tenantId, height, from, to }: StoredRange, joined: Uint8Array): Uint8Array[] {
  const found = joined.length / HASH_BYTES;
  if (found !== to - from) {
    throw new LogAltered(`${tenantId} has ${found} of ${to - from} hashes of height ${height} from ${from} on`);
  }
  return Array.from({ length: found }, (_, i) => joined.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** The hash of a complete subtree from the stored hashes below it. @throws LogAltered */
export function hashOf(range: StoredRange, joined: Uint8Array): Uint8Array {
  const tree = Frontier.empty();
  hashesOf(range, joined).forEach((hash) => tree.append(hash));
  return tree.root();
}

/** The hashes of complete subtrees, in one reading. @throws LogAltered when some are missing */
export async function readSubtrees(
  tenantId: string,
  subtrees: readonly Subtree[],
  read: ReadHashes,
): Promise<Uint8Array[]> {
  const ranges = subtrees.map((subtree) => storedRangeOf(tenantId, subtree));
  const found = await read(ranges);
  return ranges.map((range, i) => hashOf(range, found[i]!));
}

/** The roots of ranges of leaves, in one reading. @throws LogAltered when a part of them is missing */
export async function readRoots(
  tenantId: string,
  ranges: readonly LeafRange[],
  read: ReadHashes,
): Promise<Uint8Array[]> {
  const parts = ranges.map(subtreesOf);
  const hashes = (await readSubtrees(tenantId, parts.flat(), read)).values();
  return parts.map((subtrees) => joinRange(subtrees.map(() => hashes.next().value!)));
}
