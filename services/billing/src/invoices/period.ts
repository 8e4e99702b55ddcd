import { Fault } from '@tenantry/kernel';

/** Days from one to another, without the last: ISO 8601 dates of the tenant's calendar. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 366;

/** A calendar day at midnight UTC, where every day has 24 hours: for counting days, whatever the time zone. */
function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

/** How many days lie from one date to another; negative when it is earlier. */
export function daysBetween(from: string, to: string): number {
  return (dayOf(to) - dayOf(from)) / DAY_MS;
}

/** The date so many days later. */
export function daysAfter(date: string, days: number): string {
  return new Date(dayOf(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** @throws Fault `invalid-input` naming the field that is no such day */
export function openPeriod(from: string, to: string): Period {
  for (const [field, date] of Object.entries({ from, to })) {
    const day = dayOf(date);
    if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date)
      throw new Fault('invalid-input', { field, detail: `${field} must be a day of the calendar such as 2026-03-01` });
  }
  const days = daysBetween(from, to);
  if (days >= 1 && days <= MAX_DAYS) return { from, to };
  throw new Fault('invalid-input', { field: 'to', detail: `to must be 1 to ${MAX_DAYS} days after from` });
}

/** The date that a moment has in an IANA time zone. */
export function dateIn(timeZone: string, moment: Date): string {
  const format = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${parts['year']}-${parts['month']}-${parts['day']}`;
}

/** The first day of the month of a date. */
export function firstOfMonth(date: string): string {
  return `${date.slice(0, 7)}-01`;
}

/** What of a period comes first: the days before those that are billed already, or else those themselves. */
export function unbilledPart(
  { from, to }: Period,
  billed: Period | undefined,
): Period & { readonly isBilled: boolean } {
  if (billed === undefined) return { from, to, isBilled: false };
  return billed.from > from ? { from, to: billed.from, isBilled: false } : { from, to: billed.to, isBilled: true };
}

/** The first day of the month after that of a date. */
export function monthAfter(date: string): string {
  const [year, month] = date.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

/** How many days of each calendar month a period has, and how many that month has. */
export function monthsOf({ from, to }: Period): { readonly days: number; readonly ofDays: number }[] {
  const months: { days: number; ofDays: number }[] = [];
  for (let start = from; start < to;) {
    const [year, month] = start.split('-').map(Number) as [number, number];
    const next = monthAfter(start);
    const end = next < to ? next : to;
    months.push({ days: daysBetween(start, end), ofDays: new Date(Date.UTC(year, month, 0)).getUTCDate() });
    start = end;
  }
  return months;
}
