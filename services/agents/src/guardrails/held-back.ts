import type { Guardrail, OwnValueFinder } from './guardrail.js';
import { SECRET_BEGINNINGS } from './secrets.js';
import { findTerms } from './terms.js';

/** Words that a password, a key or a record's number follows. */
const LEADING_WORDS = [
  'password',
  'passwd',
  'pwd',
  'secret',
  'api',
  'access',
  'mrn',
  'npi',
  'icd',
  'patient',
  'medical',
  'diagnosis',
];
const LED = new RegExp(
  `(?<![\\p{L}])(?:${LEADING_WORDS.join('|')})[\\p{L} ._-]{0,20}["']?\\s{0,3}(?:[:=#]\\s{0,3}["']?[^\\s]*)?$`,
  'iu',
);
const MAX_LED_CHARS = 200;
const PLAIN = /^\p{L}+(?:['’]\p{L}+)?[.,;:!?)"”…]*$/u;

/** Which ends of an answer may be the beginning of something that guardrails look for. */
export class HeldBack {
  private readonly looksForSecrets: boolean;
  private readonly looksForWords: boolean;
  private readonly terms: readonly string[];
  private readonly longestTerm: number;
  private readonly values: readonly OwnValueFinder[];

  constructor(guardrails: readonly Guardrail[]) {
    const detect = guardrails.flatMap(({ kind, detect: kinds }) => (kind === 'personal-data' ? kinds : []));
    this.looksForSecrets = detect.includes('health') || guardrails.some(({ kind }) => kind === 'secrets');
    this.looksForWords = detect.some((one) => one === 'email' || one === 'bank-account');
    this.values = guardrails.flatMap(({ values }) => (values ? [values] : []));
    const denied = guardrails.flatMap(({ topics }) => topics.flatMap((topic) => (topic.allowed ? [] : topic.words)));
    this.terms = [...guardrails.flatMap(({ terms }) => terms), ...denied];
    this.longestTerm = Math.max(0, ...this.terms.map(({ length }) => length));
  }

  /** From where on a text must wait for what comes next; its length when all of it may go. */
  from(text: string): number {
    const places = [text.length, digitGroups(text), this.lastRun(text), this.led(text), this.term(text)];
    const key = text.lastIndexOf('-----BEGIN');
    if (this.looksForSecrets && key >= 0 && !text.includes('-----END', key)) places.push(key);
    for (const one of this.values) places.push(one.beginning(text));
    const from = Math.min(...places.filter((place) => place !== undefined));
    return this.whole(text, this.led(text.slice(0, from)) ?? from); // a word goes with what it leads to
  }

  /** What is found goes as a whole: a place within it is before it. */
  private whole(text: string, from: number): number {
    const found = [...this.values.flatMap((one) => one.find(text)), ...findTerms(text, this.terms)];
    return Math.min(from, ...found.filter(({ start, end }) => start < from && end > from).map(({ start }) => start));
  }

  private lastRun(text: string): number | undefined {
    const start = runStart(text, text.length);
    if (start === text.length) return undefined;
    const word = text.slice(start);
    const begins = (one: string): boolean => one.startsWith(word) || word.startsWith(one);
    const isBeginning =
      this.looksForSecrets &&
      (SECRET_BEGINNINGS.some(begins) || LEADING_WORDS.some((one) => one.startsWith(word.toLowerCase())));
    return this.looksForWords || isBeginning || !PLAIN.test(word) ? start : undefined;
  }

  private led(text: string): number | undefined {
    const led = this.looksForSecrets ? LED.exec(text.slice(-MAX_LED_CHARS)) : null;
    return led ? text.length - led[0].length : undefined;
  }

  /** A phrase may have begun anywhere in the last so many characters, at the beginning of a word. */
  private term(text: string): number | undefined {
    if (this.longestTerm === 0) return undefined;
    return runStart(text, Math.max(0, text.length - this.longestTerm));
  }
}

/** Where the run of characters without blanks before a position begins. Scanned by hand: a pattern for it would go back and forth. */
function runStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && text[start - 1]!.trim() !== '') start -= 1;
  return start;
}

/** Where the runs with digits at the end of a text begin: numbers are written in groups. */
function digitGroups(text: string): number {
  let from = text.length;
  for (let end = text.trimEnd().length; end > 0; end = text.slice(0, from).trimEnd().length) {
    const start = runStart(text, end);
    if (!/\d/.test(text.slice(start, end))) return from;
    from = start;
  }
  return from;
}
