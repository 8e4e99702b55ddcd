/** Between which two values a median lies. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? 0;
}

/**
 * Where the median of what these values are drawn from lies, but for a chance of at most `risk`. By order statistics: how many of n values lie
 * below the median is binomial (n, ½) whatever their distribution, so nothing is assumed of it (W. R. Thompson 1936). With too few values for
 * the risk it is everything.
 */
export function medianInterval(values: readonly number[], risk: number): Interval {
  const sorted = values.toSorted((x, y) => x - y);
  const rank = lowerRank(values.length, risk / 2);
  return { low: sorted[rank - 1] ?? -Infinity, high: sorted[values.length - rank] ?? Infinity };
}

/** The greatest rank r so that fewer than r of n fair coins show heads with at most this chance; 0 when there is none. */
function lowerRank(count: number, risk: number): number {
  let [logChance, sum, rank] = [-count * Math.LN2, 0, 0];
  for (; rank < count; rank += 1) {
    sum += Math.exp(logChance);
    if (sum > risk) return rank;
    logChance += Math.log((count - rank) / (rank + 1));
  }
  return 0;
}
