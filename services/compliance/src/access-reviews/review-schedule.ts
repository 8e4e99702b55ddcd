import { addDays, addMonths, dayAt, endOfDay, type Day } from '../clock/day.js';

/** How often reviews are opened by themselves. */
export interface ReviewSchedule {
  readonly everyMonths: number;
  readonly dueDays: number;
  readonly nextOn: Day;
  /** When that day begins where the tenant is. */
  readonly opensAt: Date;
}

/**
 * The first day of the next month that the rhythm hits, counted from January: every three months are the quarters. What was missed while nobody ran
 * is one review.
 */
export function nextReview(
  { everyMonths, dueDays }: Pick<ReviewSchedule, 'everyMonths' | 'dueDays'>,
  timeZone: string,
  now: Date,
): ReviewSchedule {
  const january = `${dayAt(now, timeZone).slice(0, 4)}-01-01`;
  const month = Number(dayAt(now, timeZone).slice(5, 7)) - 1;
  const nextOn = addMonths(january, Math.min(12, (Math.floor(month / everyMonths) + 1) * everyMonths));
  return { everyMonths, dueDays, nextOn, opensAt: endOfDay(addDays(nextOn, -1), timeZone) };
}
