import { Fault } from '@tenantry/kernel';

/** Exact in a JSON number and in Postgres: 15 significant digits (IEEE 754), of which 9 after the point. */
const DIGITS = 15;
const DECIMALS = 9;
const LARGEST = 1e12;

/**
 * A quantity as exact decimal text for Postgres' `numeric`.
 * @throws Fault `invalid-input` naming the field, when it is negative, too large or too precise
 */
export function quantityText(value: number, field: string): string {
  const text = value.toFixed(DECIMALS);
  const isExact = Number(text) === value && Number(value.toPrecision(DIGITS)) === value;
  if (!(value >= 0 && value <= LARGEST && isExact)) {
    throw new Fault('invalid-input', {
      field,
      detail: `${field} must be a number from 0 to 1000000000000 with at most 9 decimals and 15 digits`,
    });
  }
  return text;
}
