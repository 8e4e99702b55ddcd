/** The shares of a clock's time, in percent, at which its being used up is announced. */
const PERCENTS = [50, 80, 100] as const;

/** When the next share of a clock's time is used up. */
export interface Escalation {
  readonly percent: number;
  readonly at: Date;
}

/** The first share that was not announced yet; undefined when all were. A clock that was moved since begins anew where it now stands. */
export function nextEscalation(startsAt: Date, dueAt: Date, announcedPercent: number): Escalation | undefined {
  const percent = PERCENTS.find((one) => one > announcedPercent);
  if (percent === undefined) return undefined;
  const [start, end] = [startsAt.getTime(), dueAt.getTime()];
  return { percent, at: new Date(start + ((end - start) * percent) / 100) };
}

/** The highest share that is used up at a moment; 0 when none is. */
export function usedPercent(startsAt: Date, dueAt: Date, now: Date): number {
  const share = (100 * (now.getTime() - startsAt.getTime())) / Math.max(1, dueAt.getTime() - startsAt.getTime());
  return PERCENTS.findLast((percent) => percent <= share) ?? 0;
}
