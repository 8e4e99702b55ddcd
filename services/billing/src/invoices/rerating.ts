import { Fault, parseNanos } from '@tenantry/kernel';
import type { Plan } from '../plans/plan.js';
import type { CreditNote, Invoice, InvoiceLine } from './invoice.js';
import { daysBetween } from './period.js';
import { partOf, prorate, rate } from './rating.js';

const ALL_PPM = 1_000_000n;

/** A line at the prices of another version of its plan. */
export interface RatedLine {
  readonly line: InvoiceLine;
  readonly unitPriceNanos: bigint;
  readonly amountNanos: bigint;
}

/** An invoice at other prices: the same days, the same quantities. */
export interface Rerating {
  readonly lines: readonly RatedLine[];
  /** With tax at the invoice's rate. */
  readonly totalNanos: bigint;
  /** What it would have been less; negative when it would have been more. */
  readonly lessNanos: bigint;
}

/** Days and quantities stay as the line has them; only what one costs changes. Lines of other plans stay as they are. */
function rateLine(line: InvoiceLine, plan: Plan): RatedLine {
  const { kind, planId, meterKey, unitPriceNanos, amountNanos, from, to, ofDays } = line;
  if (planId !== plan.id) return { line, unitPriceNanos, amountNanos };
  if (kind === 'base') {
    const priceNanos = plan.priceNanos ?? 0n;
    return { line, unitPriceNanos: priceNanos, amountNanos: prorate(priceNanos, line, plan.currency) };
  }
  const price = plan.unitPrices[meterKey!] ?? '0';
  const nanos = parseNanos(price, 'unitPrices');
  const share = ofDays === null ? null : { days: daysBetween(from, to), ofDays };
  return { line, unitPriceNanos: nanos, amountNanos: rate(nanos, quantityNanos(line), plan.currency, share) };
}

/** A line's quantity in nano-units: as it is kept, it has at most 9 decimals, and any number of digits before them. */
function quantityNanos({ quantity }: InvoiceLine): bigint {
  const [units, fraction = ''] = quantity.split('.');
  return BigInt(`${units}${fraction.padEnd(9, '0').slice(0, 9)}`);
}

/** @throws Fault `invalid-input` when no line is of the plan, or its currency is another */
export function rerate(invoice: Invoice, lines: readonly InvoiceLine[], plan: Plan): Rerating {
  const charges = lines.filter(({ kind }) => kind !== 'tax');
  const refuse = (detail: string): never => {
    throw new Fault('invalid-input', { field: 'planId', detail });
  };
  if (!charges.some(({ planId }) => planId === plan.id)) refuse('No line of the invoice is of this plan');
  if (plan.currency !== invoice.currency)
    refuse(`This version is in ${plan.currency}, the invoice in ${invoice.currency}`);
  const rated = charges.map((line) => rateLine(line, plan));
  const netNanos = rated.reduce((sum, { amountNanos }) => sum + amountNanos, 0n);
  const totalNanos = netNanos + partOf(netNanos, BigInt(invoice.taxRatePpm), ALL_PPM, invoice.currency);
  return { lines: rated, totalNanos, lessNanos: invoice.totalNanos - totalNanos };
}

/**
 * What a credit note takes so that all that correct prices come to the rerating, in nano-units.
 * @throws Fault `conflict` when the invoice is to be no lower, or was corrected to this version before
 */
export function rerateCredit({ lessNanos }: Rerating, notes: readonly CreditNote[], version: number): bigint {
  if (notes.some(({ reratedTo }) => reratedTo === version))
    throw new Fault('conflict', { detail: `The invoice was corrected to the prices of version ${version} before` });
  const corrected = notes.filter(({ reratedTo }) => reratedTo !== null);
  const amountNanos = lessNanos - corrected.reduce((sum, note) => sum + note.amountNanos, 0n);
  if (amountNanos > 0n) return amountNanos;
  const detail = 'At these prices the invoice would not be lower; a credit note only takes from it';
  throw new Fault('conflict', { detail });
}
