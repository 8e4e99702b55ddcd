import {
  isPlainWord,
  MAX_DIGITS,
  MAX_PHRASE_WORDS,
  MIN_DIGITS,
  numbersOf,
  unpackMarks,
  type ValueHasher,
  type Word,
  wordsOf,
} from '@tenantry/kernel';
import type { Finding } from './finding.js';

/** What so many rows say names nobody: a city, a frequent first name. */
const MAX_ROWS_ALIKE = 10;
const WHAT = 'own-value';

/** Heads and lengths as one number: eight for each head. */
const LENGTHS = 8;

/**
 * What a tenant's classified columns say, as keyed hashes: it finds in a text what it could not tell anybody. Kept as sorted arrays, some twenty bytes
 * a value. For each value that is there, one in 2.8 × 10¹⁴ that is not looks as if it were.
 */
export class OwnValueFilter {
  private readonly hashes: Float64Array;
  private readonly heads: Float64Array;
  /** Beside each head which lengths its phrases have: bit n for n words. */
  private readonly lengths: Uint8Array;
  private readonly digits: ReadonlySet<number>;

  /** @param packed marks, once for each row that says it */
  constructor(
    private readonly hasher: ValueHasher,
    packed: Uint8Array,
  ) {
    const marks = unpackMarks(packed);
    this.hashes = rare(Float64Array.from(marks, ({ hash }) => hash).sort());
    this.digits = new Set(marks.filter(({ words }) => words === 0).map(({ head }) => head));
    const phrases = marks.filter(({ words }) => words > 0);
    const beginnings = Float64Array.from(phrases, ({ head, words }) => head * LENGTHS + words).sort();
    const lengths = new Map<number, number>(); // in the order of the heads, because the beginnings are
    for (const one of beginnings) {
      const head = Math.floor(one / LENGTHS);
      lengths.set(head, (lengths.get(head) ?? 0) | (1 << (one % LENGTHS)));
    }
    this.heads = Float64Array.from(lengths.keys());
    this.lengths = Uint8Array.from(lengths.values());
  }

  /** How many different hashes it has. */
  get size(): number {
    return this.hashes.length;
  }

  /** Where a text says what the tenant's own rows say. */
  find(text: string): Finding[] {
    if (this.hashes.length === 0) return [];
    return [...this.findPhrases(text), ...this.findNumbers(text)];
  }

  /** From where on the end of a text may be the beginning of a phrase; numbers are waited for anyhow. */
  beginning(text: string): number {
    if (this.heads.length === 0) return text.length;
    const words = wordsOf(text).slice(-MAX_PHRASE_WORDS);
    const open = words.at(-1)?.end === text.length ? 1 : 0; // the last word may go on
    const first = words.findIndex(({ text: word }, at) => {
      const complete = words.length - at - open;
      return complete === 0 || this.lengthsOf(word) >= 1 << (complete + 1);
    });
    return words[first]?.start ?? text.length;
  }

  private findPhrases(text: string): Finding[] {
    if (this.heads.length === 0) return [];
    const words = wordsOf(text);
    const heads = new Map<string, number>();
    return words.flatMap((first, at) => {
      let lengths = heads.get(first.text);
      if (lengths === undefined) heads.set(first.text, (lengths = this.lengthsOf(first.text)));
      if (lengths === 0) return [];
      const found = this.longest(text, words.slice(at, at + MAX_PHRASE_WORDS), lengths);
      return found ? [{ start: first.start, end: found.end, what: WHAT }] : [];
    });
  }

  private lengthsOf(word: string): number {
    const place = indexOf(this.heads, this.hasher.head(word));
    return place < 0 ? 0 : this.lengths[place]!;
  }

  /** The last word of the longest value that begins with the first word. */
  private longest(text: string, words: readonly Word[], lengths: number): Word | undefined {
    for (let count = words.length; count > 0; count -= 1) {
      if ((lengths & (1 << count)) === 0) continue;
      const phrase = words.slice(0, count);
      if (count === 1 && !mayBeName(text, phrase[0]!)) continue;
      if (indexOf(this.hashes, this.hasher.phrase(phrase.map((word) => word.text))) >= 0) return phrase.at(-1);
    }
    return undefined;
  }

  private findNumbers(text: string): Finding[] {
    if (this.digits.size === 0) return [];
    return numbersOf(text).flatMap((groups) =>
      groups.flatMap((first, at) => {
        const last = this.lastGroup(groups.slice(at, at + MAX_DIGITS));
        return last ? [{ start: first.start, end: last.end, what: WHAT }] : [];
      }),
    );
  }

  private lastGroup(groups: readonly Word[]): Word | undefined {
    let digits = '';
    for (const group of groups) {
      digits += group.text;
      if (digits.length > MAX_DIGITS) return undefined;
      const isLong = digits.length >= MIN_DIGITS && this.digits.has(digits.length);
      if (isLong && indexOf(this.hashes, this.hasher.number(digits)) >= 0) return group;
    }
    return undefined;
  }
}

/** Those of sorted hashes that few rows have, each once. */
function rare(sorted: Float64Array): Float64Array {
  let kept = 0;
  for (let [start, end] = [0, 0]; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1;
    if (end - start <= MAX_ROWS_ALIKE) sorted[kept++] = sorted[start]!;
  }
  return sorted.slice(0, kept);
}

/** A single word of letters is taken for a name where it is written as one: "Young", not "young". Scripts without capitals have no such sign. */
function mayBeName(text: string, { text: word, start }: Word): boolean {
  if (!isPlainWord(word)) return true;
  const first = String.fromCodePoint(text.codePointAt(start)!);
  return first.toLowerCase() !== first || first.toUpperCase() === first;
}

/** The place of a number in a sorted array; less than 0 when it is not there. */
function indexOf(sorted: Float64Array, wanted: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle]!;
    if (found === wanted) return middle;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
