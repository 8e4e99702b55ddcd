import { Fault, hasCardNumber } from '@tenantry/kernel';
import type { Exchange } from '../pipeline/exchange.js';
import { readDerived } from './derived-input.js';

/**
 * The input of an operation that takes payments, unless it holds the number of a card: that is refused before anything is logged, kept or
 * passed on, and the refusal does not repeat it.
 */
export function readPayment(exchange: Exchange): Uint8Array {
  const text = `${Buffer.from(exchange.body).toString('latin1')} ${decodeEscapes(exchange.body)}`;
  if (hasCardNumber(text)) throw new Fault('card-number-refused');
  return readDerived(exchange);
}

/** JSON may spell a digit as \u0034. */
function decodeEscapes(body: Uint8Array): string {
  return Buffer.from(body)
    .toString()
    .replace(/\\u([0-9a-fA-F]{4})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
