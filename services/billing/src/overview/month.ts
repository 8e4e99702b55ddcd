import type { MonthCharge } from '@tenantry/contracts';
import { formatNanos } from '@tenantry/kernel';
import type { InvoiceLine } from '../invoices/invoice.js';
import { chargesOf } from '../invoices/invoice-draft.js';
import { dateIn, daysAfter, daysBetween, monthAfter, type Period } from '../invoices/period.js';
import type { PricedWindow, Stretch } from '../invoices/stretch.js';
import type { Counted } from '../usage/usage-hour.table.js';

/** The calendar month of a moment, and how much of it there is with that day. */
export interface Month {
  readonly whole: Period;
  readonly soFar: Period;
}

export function monthOf(timeZone: string, now: Date): Month {
  const today = dateIn(timeZone, now);
  const from = `${today.slice(0, 7)}-01`;
  return { whole: { from, to: monthAfter(from) }, soFar: { from, to: daysAfter(today, 1) } };
}

/** What a month comes to so far, or is likely to. */
export interface Charges {
  readonly soFar: readonly InvoiceLine[];
  readonly forecast: readonly InvoiceLine[];
}

/**
 * Both from the terms of the month and from what meters counted so far. A meter that adds up is taken to go on, on the days that are left, as
 * it did on those of the terms that are in force; today counts as a day that is over. What does not add up stays as it is.
 */
export function chargesOfMonth(
  { whole, soFar }: Month,
  stretches: { readonly soFar: readonly Stretch[]; readonly whole: readonly Stretch[] },
  counted: readonly Counted<PricedWindow>[],
  now: Date,
): Charges {
  const end = stretches.whole.at(-1)?.to ?? whole.to;
  const goesOn = ({ window }: Counted<PricedWindow>): boolean => window.to === soFar.to && window.addsUp;
  const likely = counted.map((one) => (goesOn(one) ? extended(one, end) : one));
  return { soFar: chargesOf(stretches.soFar, counted, now), forecast: chargesOf(stretches.whole, likely, now) };
}

function extended<W extends PricedWindow>(counted: Counted<W>, end: string): Counted<W> {
  const { from, to } = counted.window;
  const days = BigInt(daysBetween(from, end));
  return { ...counted, quantityNanos: (counted.quantityNanos * days) / BigInt(daysBetween(from, to)) };
}

/** Each charge so far with what it is likely to become; those that have not begun are left out. */
export function monthCharges({ soFar, forecast }: Charges): MonthCharge[] {
  const key = ({ kind, meterId, from }: InvoiceLine): string => [kind, meterId, from].join();
  const likely = new Map(forecast.map((line) => [key(line), line.amountNanos]));
  return soFar.map((line) => ({
    ...{ kind: line.kind, meterKey: line.meterKey, from: line.from, quantity: line.quantity },
    amount: formatNanos(line.amountNanos),
    forecast: formatNanos(likely.get(key(line)) ?? line.amountNanos),
  }));
}
