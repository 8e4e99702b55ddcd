import type { Finding } from './finding.js';

interface Pattern {
  readonly what: string;
  readonly regex: RegExp;
  /**
   * Whether it is one, by its check digits. Groups at the end that do not belong to it are left off, and each group may be its
   * beginning: the pattern takes one character and looks ahead at the others.
   */
  readonly check?: (match: string) => boolean;
}

/** Groups of data about people that can be guarded one by one. */
export type PersonalData = 'card' | 'email' | 'phone' | 'national-id' | 'bank-account' | 'health';

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Luhn's check (ISO/IEC 7812-1, annex B). */
export function isLuhn(text: string): boolean {
  const digits = digitsOf(text);
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = digit * 2;
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** A card number: 13 to 19 digits of a network's range, with its check digit; not one digit again and again. */
function isCard(text: string): boolean {
  const digits = digitsOf(text);
  return digits.length >= 13 && digits.length <= 19 && !/^(\d)\1+$/.test(digits) && isLuhn(digits);
}

/** An IBAN's check digits (ISO 13616: the number, its first four characters moved to the end, is 1 modulo 97). */
function isIban(text: string): boolean {
  const plain = text.replace(/[ -]/g, '').toUpperCase();
  if (plain.length < 15 || plain.length > 34) return false;
  const digits = `${plain.slice(4)}${plain.slice(0, 4)}`.replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

/**
 * A US social security number (SSA: no area 000 or 666, no group 00, no serial 0000), or a taxpayer's number of the same form, whose area begins with 9
 * (IRS, Publication 1915).
 */
function isSsn(text: string): boolean {
  const [area = '', group = '', serial = ''] = text.split(/[- ]/);
  return area !== '000' && area !== '666' && group !== '00' && serial !== '0000';
}

/** A US national provider identifier (CMS: Luhn over 80840 and the number). */
function isNpi(text: string): boolean {
  return isLuhn(`80840${digitsOf(text).slice(-10)}`);
}

const PATTERNS: Readonly<Record<PersonalData, readonly Pattern[]>> = {
  card: [{ what: 'card', regex: /(?<![\d.])[2-6](?=(\d{3}(?:[ -]?\d){9,15}(?!\d)))/g, check: isCard }],
  email: [
    {
      what: 'email',
      regex: /(?<![\w.+-])[\w+-](?:[\w.+-]{0,62}[\w+-])?@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/g,
    },
  ],
  phone: [
    {
      what: 'phone',
      regex: /(?<![\w+])\+[1-9](?:[ .()-]{0,2}\d){7,14}(?!\d)/g,
    },
    { what: 'phone', regex: /(?<![\w-])\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}(?![\w-])/g },
  ],
  'national-id': [{ what: 'national-id', regex: /(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])/g, check: isSsn }],
  'bank-account': [
    {
      what: 'bank-account',
      regex:
        /(?<![A-Za-z0-9])[A-Za-z](?=([A-Za-z]\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])))/g,
      check: isIban,
    },
  ],
  health: [
    {
      what: 'medical-record',
      regex:
        /\b(?:MRN|medical record(?: number| no\.?)?|patient (?:id|number|no\.?))[:#\s]{1,3}[A-Z]{0,3}-?\d{5,12}\b/gi,
    },
    { what: 'provider-id', regex: /\bNPI[:#\s]{1,3}\d{10}\b/gi, check: isNpi },
    {
      what: 'diagnosis-code',
      regex: /\b(?:ICD(?:-?10)?(?:-CM)?|diagnosis(?: code)?)[:#\s]{1,3}[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?\b/g,
    },
  ],
};

/** The longest beginning of a match that is one; null when none is. */
function longest(match: string, check: (text: string) => boolean): string | null {
  for (let text = match; text !== ''; text = text.slice(0, Math.max(text.lastIndexOf(' '), text.lastIndexOf('-'), 0))) {
    if (check(text)) return text;
  }
  return null;
}

/** What is taken for health information: what names a patient, or says what ails them. */
const HEALTH_DATA: readonly PersonalData[] = ['national-id', 'health'];

/** The kinds of health information in texts, each once, in order. */
export function healthDataIn(texts: readonly string[]): { readonly kinds: readonly string[]; readonly count: number } {
  const found = texts.flatMap((text) => findPersonalData(text, HEALTH_DATA));
  return { kinds: [...new Set(found.map(({ what }) => what))].toSorted(), count: found.length };
}

/** Data about people in a text, by patterns and check digits: what looks like it and can't be it is left alone. */
export function findPersonalData(text: string, kinds: readonly PersonalData[]): Finding[] {
  const findings: Finding[] = [];
  for (const { what, regex, check } of kinds.flatMap((kind) => PATTERNS[kind])) {
    for (const { index: start, 0: taken, 1: ahead = '' } of text.matchAll(regex)) {
      const found = check ? longest(taken + ahead, check) : taken;
      if (found !== null) findings.push({ start, end: start + found.length, what });
    }
  }
  return findings;
}
