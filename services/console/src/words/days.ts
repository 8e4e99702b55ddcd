const DAY_MS = 86_400_000;

/** A day such as 2026-03-31, as the person who looks at it writes days. */
export function dayText(day: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00Z`));
}

/** A moment in the time zone whose midnights count, as the person who looks at it writes times. */
export function momentText(moment: string, timeZone?: string): string {
  const style = { dateStyle: 'medium', timeStyle: 'short', timeZone } as const;
  return new Intl.DateTimeFormat(undefined, style).format(new Date(moment));
}

/** The day of a moment in a time zone, e.g. 2026-03-31. */
export function dayOf(moment: Date, timeZone: string): string {
  const style = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-CA', style).format(moment);
}

/** How many days from one day to another; less than none when it is over. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** How far away a day is, in words. */
export function distanceText(days: number): string {
  if (days < 0) return days === -1 ? '1 day overdue' : `${-days} days overdue`;
  if (days === 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}
