import { median, medianInterval, type Interval } from './median-interval.js';

/** What the times of two requests in turns say, as shares of the usual time. */
export interface Comparison {
  readonly pairs: number;
  /** The median of the differences. */
  readonly share: number;
  /** Where it lies but for the risk that was taken. */
  readonly interval: Interval;
  readonly usualMs: number;
  readonly held: boolean;
}

/** The greatest share that may be. */
export const MAX_SHARE = 0.05;
/** Of a wrong verdict about one comparison, over all looks. */
const RISK = 0.01;
/** The first look is after so many pairs; each later one after twice as many, the last after all. */
const FIRST_LOOK = 100;

/**
 * Takes pairs of times until it is sure, at looks that are fixed beforehand: at each the median share of the difference is inside the bounds,
 * or outside, with the risk divided among the looks and the two medians (Bonferroni), so that stopping early makes no verdict less sure.
 * After `pairs` the median itself decides.
 * @param take gives the next pair: the difference, and the usual time, in milliseconds
 */
export async function compareTwins(
  pairs: number,
  take: () => Promise<{ readonly differenceMs: number; readonly usualMs: number }>,
): Promise<Comparison> {
  const looks = looksOf(pairs);
  const risk = RISK / looks.length / 2;
  const [differences, usual]: [number[], number[]] = [[], []];
  for (const look of looks) {
    while (differences.length < look) {
      const { differenceMs, usualMs } = await take();
      differences.push(differenceMs);
      usual.push(usualMs);
    }
    const interval = shareOf(medianInterval(differences, risk), medianInterval(usual, risk));
    const isInside = Math.max(-interval.low, interval.high) <= MAX_SHARE;
    const isOutside = interval.low > MAX_SHARE || interval.high < -MAX_SHARE;
    if (!isInside && !isOutside && look < pairs) continue;
    const share = median(differences) / median(usual);
    const held = isInside || (!isOutside && Math.abs(share) <= MAX_SHARE);
    return { pairs: look, share, interval, usualMs: median(usual), held };
  }
  throw new RangeError('there is a last look');
}

function looksOf(pairs: number): number[] {
  const looks: number[] = [];
  for (let look = FIRST_LOOK; look < pairs; look *= 2) looks.push(look);
  return [...looks, pairs];
}

/** The widest that two intervals allow: times are positive, differences may be anything. */
function shareOf(difference: Interval, usual: Interval): Interval {
  const by = (value: number, isWide: boolean): number => value / (isWide ? Math.max(usual.low, 0) : usual.high);
  return { low: by(difference.low, difference.low < 0), high: by(difference.high, difference.high > 0) };
}
