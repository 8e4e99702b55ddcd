import {
  EXPORT_FORMAT,
  originOf,
  RETIRED_EXPORT_FORMAT,
  subtreesOf,
  type ExportEnd,
  type ExportHead,
} from '@tenantry/audit-proofs';
import { noteOf, printHash, verifierOf, type SignedRoot } from '../proofs/checkpoint.js';
import { readSubtrees, type ReadHashes } from '../proofs/stored-tree.js';

/** The unbroken part of a log that an export has: entries `first` to `last`; none when `last` is before `first`. */
export interface ExportRange {
  readonly first: number;
  readonly last: number;
}

/** The first and the last line of an export. */
export interface Frames {
  readonly head: ExportHead;
  readonly end: ExportEnd;
}

/**
 * The first and the last line of an export: what proves the entries between them.
 * @param retired how many entries, from the first on, are there by their hashes alone
 * @throws LogAltered
 */
export async function framesOf(
  tenantId: string,
  { first, last }: ExportRange,
  signed: SignedRoot | undefined,
  read: ReadHashes,
  retired = 0,
): Promise<Frames> {
  const before = subtreesOf({ from: 0, to: first - 1 });
  const after = subtreesOf({ from: last, to: signed?.size ?? 0 });
  const hashes = (await readSubtrees(tenantId, [...before, ...after], read)).map(printHash);
  return {
    head: {
      format: first <= retired ? RETIRED_EXPORT_FORMAT : EXPORT_FORMAT,
      origin: originOf(tenantId),
      first: String(first),
      last: String(last),
      before: hashes.slice(0, before.length),
    },
    end: {
      entries: String(last - first + 1),
      after: hashes.slice(before.length),
      checkpoint: signed ? noteOf(signed) : null,
      key: signed ? verifierOf(signed) : null,
    },
  };
}
