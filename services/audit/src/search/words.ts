import { hash } from 'node:crypto';
import type { Entry, LeafValues } from '../log/entry.js';

const WORD = /[\p{L}\p{N}]+/gu;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** What is looked for beyond these would only make the search slower. */
export const MAX_WORDS = 10;

/** The words of a text: runs of letters and digits, in lower case; an id in canonical form is one word. */
export function wordsIn(text: string): string[] {
  const lower = text.normalize('NFKC').toLowerCase();
  const ids = lower.match(UUID) ?? [];
  return [...ids, ...(lower.replace(UUID, ' ').match(WORD) ?? [])];
}

/** What of an entry can be found by its words. */
export type SearchedEntry = Pick<
  Entry,
  'service' | 'event' | 'operation' | 'action' | 'outcome' | 'resource' | 'resourceId' | 'change' | 'old' | 'new'
> & { readonly actor: Pick<Entry['actor'], 'id' | 'kind' | 'role'> };

/**
 * The words of entries together; what they say alike, as all rows of an import do, is taken apart once. What is classified is not among them:
 * the leaf has commitments to it only, and what is found by its words could not be erased.
 */
export function wordsOf(entries: readonly SearchedEntry[]): Set<string> {
  const texts = new Set<string>();
  for (const entry of entries) for (const text of textsOf(entry)) if (text !== null) texts.add(text);
  const words = new Set<string>();
  for (const text of texts) for (const word of wordsIn(text)) words.add(word);
  return words;
}

function textsOf(entry: SearchedEntry): (string | null)[] {
  const { service, event, operation, action, outcome, resource, resourceId, change, actor } = entry;
  const texts = [service, event, operation, action, outcome, resource, resourceId, change];
  return [...texts, actor.id, actor.kind, actor.role, ...valuesIn(entry.old), ...valuesIn(entry.new)];
}

/** Names of columns, and values that stand in the leaf in clear. */
function valuesIn(values: LeafValues | null): string[] {
  if (!values) return [];
  return Object.entries(values).flatMap(([column, value]) =>
    value === null || typeof value === 'object' ? [column] : [column, String(value)],
  );
}

const HASHES = 4;
const MIN_BITS = 2_048;
const MAX_BITS = 131_072;
/** About one word in a hundred is taken for one that is there. */
const BITS_A_WORD = 10;

/** Where a word stands in filters of any size: the position in one of `n` bits is the number modulo n. */
export function hashesOf(word: string): number[] {
  const digest = hash('sha256', word, 'buffer');
  return Array.from({ length: HASHES }, (_, i) => digest.readUInt32BE(i * 4) & 0x7f_ff_ff_ff);
}

/** A Bloom filter of words: it says of a word that it may be there, or that it is not. */
export function filterOf(words: ReadonlySet<string>): Uint8Array {
  let bits = MIN_BITS;
  while (bits < words.size * BITS_A_WORD && bits < MAX_BITS) bits *= 2;
  const filter = new Uint8Array(bits / 8);
  for (const word of words) {
    // As Postgres' get_bit counts: the lowest bit of the first byte is number 0.
    for (const at of hashesOf(word).map((hash) => hash % bits)) filter[at >> 3]! |= 1 << (at & 7);
  }
  return filter;
}
