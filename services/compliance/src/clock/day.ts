/** A day of the calendar, e.g. `2026-03-31`: compares and sorts as text. */
export type Day = string;

const DAY_MS = 86_400_000;
/** No time zone is further from UTC, and no change of one is larger. */
const FARTHEST_MS = 30 * 3_600_000;

const utcOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const dayOfUtc = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

export function addDays(day: Day, days: number): Day {
  return dayOfUtc(utcOf(day) + days * DAY_MS);
}

/** The day with the same number, or the last of the month when it has none (Regulation 1182/71, Art. 3(2)(c)). */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0));
  const first = Date.UTC(lastOfMonth.getUTCFullYear(), lastOfMonth.getUTCMonth(), 1);
  return dayOfUtc(first + (Math.min(date, lastOfMonth.getUTCDate()) - 1) * DAY_MS);
}

/** How many days later `to` is. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((utcOf(to) - utcOf(from)) / DAY_MS);
}

/** 0 is Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(utcOf(day)).getUTCDay();
}

const formats = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 500;

/** The day that it is at a moment in an IANA time zone. */
export function dayAt(at: Date, timeZone: string): Day {
  let format = formats.get(timeZone);
  if (!format) {
    if (formats.size >= MAX_FORMATS) formats.clear();
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(timeZone, format);
  }
  return format.format(at);
}

/** The moment at which a day is over in a time zone; right also where midnight is skipped. */
export function endOfDay(day: Day, timeZone: string): Date {
  let [before, after] = [utcOf(day) - FARTHEST_MS, utcOf(day) + DAY_MS + FARTHEST_MS];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayAt(new Date(middle), timeZone) > day) after = middle;
    else before = middle;
  }
  return new Date(after);
}

/** Whether a text is a day that the calendar has. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utcOf(text)) && dayOfUtc(utcOf(text)) === text;
}
