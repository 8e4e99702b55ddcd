import { Fault } from '@tenantry/kernel';
import { monthsOf, type Period } from './period.js';

const NANOS_PER_UNIT = 1_000_000_000n;
const NANO_DIGITS = 9;

/** The least common multiple of 28, 29, 30 and 31: with it, parts of different months add up exactly. */
const MONTH_PARTS = 377_580n;

/** What a Postgres bigint holds. */
const MAX_NANOS = 2n ** 63n - 1n;

/** The smallest amount that can be paid in a currency, in nano-units, by the ISO 4217 digits that ICU knows. */
export function minorUnitNanos(currency: string): bigint {
  const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return 10n ** BigInt(NANO_DIGITS - (maximumFractionDigits ?? 2));
}

/** A fraction of nano-units as an amount that can be paid, rounded half up to the minor unit. */
function payable(numerator: bigint, denominator: bigint, unitNanos: bigint): bigint {
  const step = denominator * unitNanos;
  return ((2n * numerator + step) / (2n * step)) * unitNanos;
}

/** What lines come to together. @throws Fault `conflict` when it is larger than any amount that can be kept */
export function totalOf(lines: readonly { readonly amountNanos: bigint }[]): bigint {
  const totalNanos = lines.reduce((sum, { amountNanos }) => sum + amountNanos, 0n);
  if (totalNanos <= MAX_NANOS) return totalNanos;
  throw new Fault('conflict', { detail: 'The period comes to more than an invoice can carry; take a shorter one' });
}

/** The price of a month for the days of a period: each day costs its share of its own calendar month. */
export function prorate(priceNanos: bigint, period: Period, currency: string): bigint {
  const parts = monthsOf(period).map(({ days, ofDays }) => (BigInt(days) * MONTH_PARTS) / BigInt(ofDays));
  const total = parts.reduce((sum, part) => sum + part, 0n);
  return payable(priceNanos * total, MONTH_PARTS, minorUnitNanos(currency));
}

/** A part of an amount, rounded half up to the minor unit: that of `of` nano-units which `part` is of them. */
export function partOf(amountNanos: bigint, part: bigint, of: bigint, currency: string): bigint {
  return of === 0n ? 0n : payable(amountNanos * part, of, minorUnitNanos(currency));
}

/** What a quantity (in nano-units) costs at a price for one (in nano-units), or its share of so many days. */
export function rate(
  unitPriceNanos: bigint,
  quantityNanos: bigint,
  currency: string,
  share: { readonly days: number; readonly ofDays: number } | null = null,
): bigint {
  const { days, ofDays } = share ?? { days: 1, ofDays: 1 };
  const numerator = unitPriceNanos * quantityNanos * BigInt(days);
  return payable(numerator, NANOS_PER_UNIT * BigInt(ofDays), minorUnitNanos(currency));
}

/** A quantity in nano-units as exact decimal text. */
export function quantityOf(quantityNanos: bigint): string {
  const fraction = (quantityNanos % NANOS_PER_UNIT).toString().padStart(NANO_DIGITS, '0').replace(/0+$/, '');
  return `${quantityNanos / NANOS_PER_UNIT}${fraction && `.${fraction}`}`;
}
