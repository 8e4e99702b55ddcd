/** Numbers as people write them, in groups or not, and what their check digits say about them. */
export interface NumberPattern {
  /** Global. One with a check takes one character and looks ahead at the others, captured: each group may be its beginning. */
  readonly regex: RegExp;
  /** Whether it is one, by its check digits. Groups at the end that do not belong to it are left off. */
  readonly check?: (text: string) => boolean;
}

/** Where something stands in a text; positions are of UTF-16 units. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const UUID = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi;

/** A text of the same length in which ids are no numbers: of four hundred random ones, one has digits that pass for a card's. */
export const blankIds = (text: string): string => text.replace(UUID, (id) => '_'.repeat(id.length));

/** Where numbers of a pattern stand in a text, whose ids are to be blank. */
export function* placesOf(text: string, { regex, check }: NumberPattern): Generator<Place> {
  for (const { index: start, 0: taken, 1: ahead = '' } of text.matchAll(regex)) {
    const length = check ? longest(taken + ahead, check) : taken.length;
    if (length > 0) yield { start, end: start + length };
  }
}

/** How long the longest beginning of a match is that is one; 0 when none is. */
function longest(match: string, check: (text: string) => boolean): number {
  let text = match;
  while (text !== '' && !check(text)) text = text.slice(0, Math.max(text.lastIndexOf(' '), text.lastIndexOf('-'), 0));
  return text.length;
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** Luhn's check over the digits of a text (ISO/IEC 7812-1, annex B). */
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

/**
 * Numbers of cards: 13 to 19 digits that begin as those of the networks for people do (ISO/IEC 7812-1: 2 to 6, and 9 for national ones;
 * milliseconds since 1970 begin with 1), not one digit again and again.
 */
export const CARD_NUMBER: NumberPattern = {
  regex: /(?<!\d|\d\.)[2-69](?=(\d{3}(?:[ -]?\d){9,15}(?!\d)))/g,
  check: (text) => {
    const digits = digitsOf(text);
    return digits.length >= 13 && digits.length <= 19 && !/^(\d)\1+$/.test(digits) && isLuhn(digits);
  },
};

/** Whether the number of a card stands anywhere in a text, outside of ids. */
export function hasCardNumber(text: string): boolean {
  return placesOf(blankIds(text), CARD_NUMBER).next().done === false;
}
