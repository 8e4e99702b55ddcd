import { alwaysLate } from './always-late.js';

describe('An answer', () => {
  const late = (...times: number[]) => {
    const [first = 0, ...later] = times;
    const left = later.values();
    return alwaysLate(first, async () => left.next().value ?? Number.NaN);
  };

  it.each([
    ['late', [500, 490, 510, 505], 505],
    ['early', [-500, -490, -510, -505], -505],
  ])('is %s when it is each time', async (_, times, seen) => {
    expect(await late(...times)).toBe(seen);
  });

  it.each([
    ['by little', [30]],
    ['once', [500, 2]],
    ['now late, now early', [500, 480, -490]],
    ['all but the last time', [500, 480, 490, 100]],
  ])('is taken for equal when it is late %s', async (_, times) => {
    expect(await late(...times)).toBeNull();
  });
});
