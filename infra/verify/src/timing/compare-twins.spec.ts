import { compareTwins, MAX_SHARE } from './compare-twins.js';
import { median, medianInterval } from './median-interval.js';

/** Numbers that look random and are the same in every run (a linear congruential generator, as in Numerical Recipes). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Times around 10 ms with the long tail that times have, of two requests of which one takes so much longer. */
function twins(seed: number, longerMs: number): () => Promise<{ differenceMs: number; usualMs: number }> {
  const next = numbers(seed);
  const time = (): number => 9 + 1 / (0.2 + next());
  return () => {
    const [usualMs, otherMs] = [time(), time() + longerMs];
    return Promise.resolve({ differenceMs: otherMs - usualMs, usualMs });
  };
}

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);

describe('compareTwins', () => {
  it('is sure of equal times before all pairs are taken', async () => {
    const seen = await Promise.all(SEEDS.map((seed) => compareTwins(2_000, twins(seed, 0))));
    expect(seen.filter(({ held }) => !held)).toEqual([]);
    expect(median(seen.map(({ pairs }) => pairs))).toBeLessThan(1_000);
    for (const { interval } of seen) expect(Math.max(-interval.low, interval.high)).toBeLessThanOrEqual(MAX_SHARE);
  });

  it.each([2, -2])('is sure of a difference of %s ms before all pairs are taken', async (longerMs) => {
    const seen = await Promise.all(SEEDS.map((seed) => compareTwins(2_000, twins(seed, longerMs))));
    expect(seen.filter(({ held }) => held)).toEqual([]);
    expect(median(seen.map(({ pairs }) => pairs))).toBeLessThan(1_000);
  });

  it('takes all pairs where the difference is at the limit, and lets their median decide', async () => {
    const seen = await Promise.all(SEEDS.map((seed) => compareTwins(2_000, twins(seed, 0.54))));
    expect(median(seen.map(({ pairs }) => pairs))).toBe(2_000);
    for (const { pairs, held, share } of seen.filter((one) => one.pairs === 2_000))
      expect({ pairs, held }).toEqual({ pairs, held: Math.abs(share) <= MAX_SHARE });
  });

  it('never takes more pairs than it may', async () => {
    let taken = 0;
    const take = twins(1, 0.6);
    const counting = (): ReturnType<typeof take> => {
      taken += 1;
      return take();
    };
    expect(await compareTwins(150, counting)).toMatchObject({ pairs: 150 });
    expect(taken).toBe(150);
  });
});

describe('medianInterval', () => {
  it('has the median in it as often as it says, whatever the distribution', () => {
    const trueMedian = 0.5 ** 4;
    const misses = Array.from({ length: 2_000 }, (_, index) => {
      const next = numbers(index + 1);
      const { low, high } = medianInterval(
        Array.from({ length: 60 }, () => next() ** 4),
        0.05,
      );
      return low > trueMedian || high < trueMedian;
    }).filter(Boolean).length;
    expect(misses).toBeLessThan(100);
    expect(misses).toBeGreaterThan(10);
  });

  it('is everything when there are too few values for the risk', () => {
    expect(medianInterval([1, 2, 3], 0.01)).toEqual({ low: -Infinity, high: Infinity });
  });

  it('takes the ranks that tables of the sign test give: 8th and 23rd of 30, at 1 %', () => {
    const values = Array.from({ length: 30 }, (_, index) => index + 1);
    expect(medianInterval(values, 0.01)).toEqual({ low: 8, high: 23 });
  });
});
