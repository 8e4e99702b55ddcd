import { EMPTY_ROOT, printEnd, printEntry, printHead, type LeafRange } from '@tenantry/audit-proofs';
import type { Job } from '@tenantry/database';
import { discloseEntry } from '../exports/disclosure.js';
import { framesOf } from '../exports/export-range.js';
import { ocsfLine } from '../exports/ocsf.js';
import { showEntry } from '../log/entry-view.js';
import { entriesAfter, type Rows, type StoredEntry } from '../log/entry.table.js';
import { leafText } from '../log/leaf.js';
import { printHash } from '../proofs/checkpoint.js';
import { readRoots } from '../proofs/stored-tree.js';
import { readHashes } from '../proofs/subtree.table.js';
import { retiredUpTo } from '../retention/retired-block.table.js';
import type { DueDestination } from './delivery.table.js';

const MAX_ENTRIES = 200;
/** Of the entries' lines; a batch has at least one. */
const MAX_BYTES = 1_048_576;

/** The next entries of a destination, in the order of their numbers, and what links them to those before. */
export interface Batch {
  readonly first: number;
  readonly last: number;
  /** The root of the tree over all entries before the first, and up to the last (RFC 9162), base64url. */
  readonly previousRoot: string;
  readonly root: string;
  readonly body: string;
}

/** Makes the next batch. @throws LogAltered when the log is not what was signed */
export async function nextBatch(job: Job, { tenantId, format, delivered, signed }: DueDestination): Promise<Batch> {
  const rows: Rows = { query: (statement) => job.query(statement, { tenantId }) };
  // What was retired can't be sent any more; the roots say what it was.
  const from = Math.max(Number(delivered), await retiredUpTo(rows, tenantId));
  const entries = await entriesAfter(rows, from, Math.min(signed.size, from + MAX_ENTRIES));
  const lines = takeLines(entries, format === 'ocsf' ? (entry) => ocsfLine(showEntry(entry)) : provableLine);
  const range = { first: from + 1, last: from + lines.length };
  const read = readHashes(rows);
  const [root, previous = EMPTY_ROOT] = await readRoots(tenantId, wholes(range.last, from), read);
  const proved = format === 'ndjson' ? await framesOf(tenantId, range, signed, read) : null;
  const body = [proved ? printHead(proved.head) : '', ...lines, proved ? printEnd(proved.end) : ''].join('');
  return { ...range, previousRoot: printHash(previous), root: printHash(root!), body };
}

/** All entries up to each of these; of none there is nothing to read. */
function wholes(...sizes: readonly number[]): LeafRange[] {
  return sizes.filter((size) => size > 0).map((to) => ({ from: 0, to }));
}

/** Classified values stay commitments: what leaves here can't be erased any more. */
function provableLine(entry: StoredEntry): string {
  return printEntry(printHash(entry.leafHash), leafText(entry), discloseEntry(entry, null));
}

/** As many as a batch may have. */
function takeLines(entries: readonly StoredEntry[], print: (entry: StoredEntry) => string): string[] {
  const lines: string[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const line = print(entry);
    bytes += Buffer.byteLength(line);
    if (lines.length > 0 && bytes > MAX_BYTES) break;
    lines.push(line);
  }
  return lines;
}
