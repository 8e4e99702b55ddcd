const DAY_MS = 86_400_000;

/** How many days before an agreement's end it is announced; 0 says that it has lapsed. */
const DAYS_AHEAD = [60, 30, 7, 0] as const;

const momentOf = (endsAt: Date, days: number): Date => new Date(endsAt.getTime() - days * DAY_MS);

/** The fewest days ahead of an end that have come; null while it is farther away than all. */
export function daysAhead(endsAt: Date, now: Date): number | null {
  return DAYS_AHEAD.findLast((days) => momentOf(endsAt, days) <= now) ?? null;
}

/** When the next is to be announced; null when none is left, or the agreement has no end. */
export function nextAnnouncement(endsAt: Date | null, announcedDays: number | null): Date | null {
  if (endsAt === null) return null;
  const next = DAYS_AHEAD.find((days) => announcedDays === null || days < announcedDays);
  return next === undefined ? null : momentOf(endsAt, next);
}
