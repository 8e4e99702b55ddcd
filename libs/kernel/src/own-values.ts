import { createHmac, type KeyObject } from 'node:crypto';

/**
 * How values that must not be quoted are written down so that they are found in a text again: as keyed hashes of the words and digits that they
 * say, cut to 48 bits. Whoever writes values down and whoever looks for them must agree on all of this.
 */

/** A word of a text: letters, digits and marks, invisible characters between them included. Positions are of UTF-16 units. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One hash of a value: of a phrase of so many words, or of a number of so many digits. */
export interface ValueMark {
  /** 1 to 6 words; 0 for a number. */
  readonly words: number;
  /** Of a phrase the hash of its first word, of a number how many digits it has: what is looked up first. */
  readonly head: number;
  readonly hash: number;
}

export const MAX_PHRASE_WORDS = 6;
export const MIN_DIGITS = 6;
export const MAX_DIGITS = 19;
/** Bytes of a packed mark: words, head, hash. */
export const MARK_BYTES = 11;

const MIN_WORD_CHARS = 5;
const MIN_PHRASE_CHARS = 6;
/** A part of a long text: shorter ones are what everybody says. */
const MIN_PART_CHARS = 20;
const MAX_MARKS_PER_VALUE = 60;
const HASH_BYTES = 6;
const HEAD_BYTES = 4;

const WORD = /[\p{L}\p{N}\p{M}\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+/gu;
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g;
/** Numbers are written in groups. */
const NUMBER = /\d(?:[ .()/+-]{0,3}\d)*/g;
const LETTERS = /^[\p{L}\p{M}]+$/u;
const DIGITS = /^\d+$/;

/** A key's hashes of words, phrases and numbers. */
export class ValueHasher {
  constructor(private readonly key: KeyObject) {}

  head(word: string): number {
    return this.digest(`w ${word}`).readUIntBE(0, HEAD_BYTES);
  }

  phrase(words: readonly string[]): number {
    return this.digest(`p ${words.join(' ')}`).readUIntBE(0, HASH_BYTES);
  }

  number(digits: string): number {
    return this.digest(`n ${digits}`).readUIntBE(0, HASH_BYTES);
  }

  private digest(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest();
  }
}

/** The words of a text as they are compared: in Unicode NFKC and lower case, without what nobody sees. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => {
    return { text: comparable(word), start: index, end: index + word.length };
  });
}

/** The numbers of a text, each as its groups of digits. */
export function numbersOf(text: string): Word[][] {
  return Array.from(text.matchAll(NUMBER), ({ 0: number, index }) =>
    Array.from(number.matchAll(/\d+/g), ({ 0: group, index: within }) => {
      return { text: group, start: index + within, end: index + within + group.length };
    }),
  );
}

/** Whether a word by itself names somebody only when it is written as a name is. */
export function isPlainWord(word: string): boolean {
  return LETTERS.test(word);
}

/**
 * The marks of a value. Too short to be told from anything else, and so left out: numbers of fewer than six digits, words of fewer than five
 * characters. Of a text of more than six words every six in a row are one mark, so a part of it is found that has eleven.
 */
export function marksOf(value: string, hasher: ValueHasher): ValueMark[] {
  const words = wordsOf(value).map(({ text }) => text);
  const numbers = numbersOf(value).map((groups) => groups.map(({ text }) => text).join(''));
  const marks = numbers.filter(isLongEnough).map((digits) => {
    return { words: 0, head: digits.length, hash: hasher.number(digits) };
  });
  const phrases = words.length > MAX_PHRASE_WORDS ? partsOf(words) : isTelling(words) ? bothWays(words) : [];
  return [...marks, ...phrases.map((phrase) => markOf(phrase, hasher))].slice(0, MAX_MARKS_PER_VALUE);
}

/** The marks of two one-word values of a row side by side, in both orders: a first name and a last name. */
export function pairMarks(first: string, second: string, hasher: ValueHasher): ValueMark[] {
  const [[one, ...more], [other, ...others]] = [wordsOf(first), wordsOf(second)];
  if (!one || !other || more.length > 0 || others.length > 0) return [];
  if (!isPlainWord(one.text) || !isPlainWord(other.text)) return [];
  const both = [one.text, other.text];
  return isTelling(both) ? [markOf(both, hasher), markOf(both.toReversed(), hasher)] : [];
}

export function packMarks(marks: readonly ValueMark[]): Buffer {
  const bytes = Buffer.alloc(marks.length * MARK_BYTES);
  for (const [index, { words, head, hash }] of marks.entries()) {
    const at = index * MARK_BYTES;
    bytes.writeUInt8(words, at);
    bytes.writeUInt32BE(head, at + 1);
    bytes.writeUIntBE(hash, at + 1 + HEAD_BYTES, HASH_BYTES);
  }
  return bytes;
}

/** @throws RangeError for bytes that are not packed marks */
export function unpackMarks(packed: Uint8Array): ValueMark[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  return Array.from({ length: bytes.length / MARK_BYTES }, (_, index) => {
    const at = index * MARK_BYTES;
    const hash = bytes.readUIntBE(at + 1 + HEAD_BYTES, HASH_BYTES);
    return { words: bytes.readUInt8(at), head: bytes.readUInt32BE(at + 1), hash };
  });
}

function markOf(words: readonly string[], hasher: ValueHasher): ValueMark {
  return { words: words.length, head: hasher.head(words[0]!), hash: hasher.phrase(words) };
}

function comparable(word: string): string {
  return word.normalize('NFKC').replace(INVISIBLE, '').toLowerCase();
}

function isLongEnough({ length }: string): boolean {
  return length >= MIN_DIGITS && length <= MAX_DIGITS;
}

function isTelling(words: readonly string[]): boolean {
  if (words.length === 0 || words.every((word) => DIGITS.test(word))) return false; // a number
  return words.join('').length >= (words.length === 1 ? MIN_WORD_CHARS : MIN_PHRASE_CHARS);
}

/** Two words of letters are often a name, which is also written with the last one first. */
function bothWays(words: readonly string[]): (readonly string[])[] {
  return words.length === 2 && words.every(isPlainWord) ? [words, words.toReversed()] : [words];
}

function partsOf(words: readonly string[]): string[][] {
  const starts = Array.from({ length: Math.floor(words.length / MAX_PHRASE_WORDS) }, (_, n) => n * MAX_PHRASE_WORDS);
  const parts = starts.map((start) => words.slice(start, start + MAX_PHRASE_WORDS));
  return parts.filter((part) => part.join('').length >= MIN_PART_CHARS && part.some((word) => !DIGITS.test(word)));
}
