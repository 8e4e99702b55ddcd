import { Fault } from './fault.js';

const NANOS_PER_UNIT = 1_000_000_000n;
const DECIMAL = /^(-?)(\d{1,9})(?:\.(\d{1,9}))?$/;

/**
 * Reads a decimal amount such as `"0.10"` as integer nano-units (10⁻⁹ of the currency unit), without floats.
 * @throws Fault `invalid-input` when it is not a decimal with at most 9 digits before and after the point
 */
export function parseNanos(amount: string, field: string): bigint {
  const match = DECIMAL.exec(amount);
  if (!match) {
    throw new Fault('invalid-input', {
      field,
      detail: `${field} must be a decimal such as "12.50", with at most 9 digits before and after the point`,
    });
  }
  const [, sign, units = '', fraction = ''] = match;
  const nanos = BigInt(units) * NANOS_PER_UNIT + BigInt(fraction.padEnd(9, '0'));
  return sign ? -nanos : nanos;
}

/** Prints nano-units as the shortest decimal with at least two places: `1500000000n` → `"1.50"`. */
export function formatNanos(amountNanos: bigint): string {
  const absolute = amountNanos < 0n ? -amountNanos : amountNanos;
  const fraction = (absolute % NANOS_PER_UNIT).toString().padStart(9, '0').replace(/0+$/, '').padEnd(2, '0');
  return `${amountNanos < 0n ? '-' : ''}${absolute / NANOS_PER_UNIT}.${fraction}`;
}
