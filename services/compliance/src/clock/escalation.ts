/** The shares of a clock's time, in percent, at which its being used up is announced. */
const PERCENTS = [50, 80, 100] as const;

/** When the next share of a clock's time is used up. */
export interface Escalation {
  readonly percent: number;
  readonly at: Date;
}

/** The moment at which a share of the time is used up, in whole milliseconds. */
function momentOf(percent: number, startsAt: Date, dueAt: Date): Date {
  const [start, end] = [startsAt.getTime(), dueAt.getTime()];
  return new Date(Math.ceil(start + ((end - start) * percent) / 100));
}

/** The first share that was not announced yet; undefined when all were. */
export function nextEscalation(startsAt: Date, dueAt: Date, announcedPercent: number): Escalation | undefined {
  const percent = PERCENTS.find((one) => one > announcedPercent);
  return percent === undefined ? undefined : { percent, at: momentOf(percent, startsAt, dueAt) };
}

/** The highest share that is used up at a moment; 0 when none is. */
export function usedPercent(startsAt: Date, dueAt: Date, now: Date): number {
  return PERCENTS.findLast((percent) => momentOf(percent, startsAt, dueAt) <= now) ?? 0;
}
