import { Fault } from '@tenantry/kernel';
import type { Exchange } from '../pipeline/exchange.js';
import { readDerived } from './derived-input.js';

/** Digits that could be a card's: 13 to 19 of them, in groups or not (ISO/IEC 7812). */
const CANDIDATE = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g;

/**
 * The input of an operation that takes payments, unless it holds the number of a card: that is refused before anything is logged, kept or
 * passed on, and the refusal does not repeat it.
 */
export function readPayment(exchange: Exchange): Uint8Array {
  const text = `${Buffer.from(exchange.body).toString('latin1')} ${decodeEscapes(exchange.body)}`;
  for (const [digits] of text.matchAll(CANDIDATE)) if (isCardNumber(digits)) throw new Fault('card-number-refused');
  return readDerived(exchange);
}

/** JSON may spell a digit as \u0034. */
function decodeEscapes(body: Uint8Array): string {
  return Buffer.from(body)
    .toString()
    .replace(/\\u([0-9a-fA-F]{4})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The check digit of ISO/IEC 7812-1, annex B (Luhn). */
export function isCardNumber(text: string): boolean {
  const digits = [...text.replace(/\D/g, '')].map(Number).reverse();
  const sum = digits.reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0 && digits.some((digit) => digit !== 0);
}
