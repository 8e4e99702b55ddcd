import { Fault } from '@tenantry/kernel';
import { listEntriesOf, type EntryFilter, type Rows, type StoredEntry } from '../log/entry.table.js';
import { blocksWith, BLOCK_ENTRIES } from './word-block.table.js';
import { hashesOf, MAX_WORDS, wordsIn, wordsOf } from './words.js';

/** Blocks that one request reads, and how many of them at once. */
const BLOCKS = 40;
const BLOCKS_AT_ONCE = 8;
const EVERYTHING = 2n ** 62n;

/** Entries that were found, the newest first, and before which one the search goes on; null at the end of the log. */
export interface Found {
  readonly entries: readonly StoredEntry[];
  readonly before: bigint | null;
}

/** The words that a text asks for. @throws Fault `invalid-input` when it has none, or more than are looked for */
export function wantedWords(text: string): string[] {
  const words = [...new Set(wordsIn(text))];
  if (words.length === 0 || words.length > MAX_WORDS) {
    throw new Fault('invalid-input', { field: 'q', detail: `q has 1 to ${MAX_WORDS} words of letters and digits` });
  }
  return words;
}

/**
 * Entries that have all words and fit a filter. It reads at most so many blocks, so that no search holds anybody up: then the page is
 * shorter than asked for, and goes on where it stopped.
 */
export async function searchEntries(
  rows: Rows,
  words: readonly string[],
  filter: EntryFilter,
  { before, limit }: { readonly before: bigint | null; readonly limit: number },
): Promise<Found> {
  const blocks = await blocksWith(rows, words.flatMap(hashesOf), before ?? EVERYTHING, BLOCKS);
  const entries: StoredEntry[] = [];
  for (let at = 0; at < blocks.length; at += BLOCKS_AT_ONCE) {
    const some = blocks.slice(at, at + BLOCKS_AT_ONCE);
    const read = await listEntriesOf(rows, some.map(rangeOf), filter, before);
    entries.push(...read.filter((entry) => hasAll(entry, words)));
    if (entries.length >= limit) {
      const page = entries.slice(0, limit);
      return { entries: page, before: page.at(-1)!.sequence };
    }
  }
  return { entries, before: blocks.length < BLOCKS ? null : BigInt(rangeOf(blocks.at(-1)!).from + 1) };
}

const rangeOf = (block: number): { from: number; to: number } => ({
  from: block * BLOCK_ENTRIES,
  to: (block + 1) * BLOCK_ENTRIES,
});

function hasAll(entry: StoredEntry, words: readonly string[]): boolean {
  const has = wordsOf([entry]);
  return words.every((word) => has.has(word));
}
