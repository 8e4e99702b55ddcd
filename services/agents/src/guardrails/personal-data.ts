import { blankIds, CARD_NUMBER, isLuhn, placesOf, type NumberPattern } from '@tenantry/kernel';
import type { Finding } from './finding.js';

interface Pattern extends NumberPattern {
  readonly what: string;
}

/** Groups of data about people that can be guarded one by one. */
export type PersonalData = 'card' | 'email' | 'phone' | 'national-id' | 'bank-account' | 'health';

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
  return isLuhn(`80840${text.slice(-10)}`);
}

const PATTERNS: Readonly<Record<PersonalData, readonly Pattern[]>> = {
  card: [{ what: 'card', ...CARD_NUMBER }],
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

/** What is taken for health information: what names a patient, or says what ails them. */
const HEALTH_DATA: readonly PersonalData[] = ['national-id', 'health'];

/** The kinds of health information in texts, each once, in order. */
export function healthDataIn(texts: readonly string[]): { readonly kinds: readonly string[]; readonly count: number } {
  const found = texts.flatMap((text) => findPersonalData(text, HEALTH_DATA));
  return { kinds: [...new Set(found.map(({ what }) => what))].toSorted(), count: found.length };
}

/** Data about people in a text, by patterns and check digits: what looks like it and can't be it is left alone. */
export function findPersonalData(text: string, kinds: readonly PersonalData[]): Finding[] {
  const patterns = kinds.flatMap((kind) => PATTERNS[kind]);
  const numbers = blankIds(text);
  return patterns.flatMap(({ what, ...pattern }) =>
    [...placesOf(numbers, pattern)].map((place) => ({ ...place, what })),
  );
}
