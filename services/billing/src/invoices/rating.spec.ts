import fc from 'fast-check';
import { openPeriod } from './period.js';
import { minorUnitNanos, prorate, quantityOf, rate } from './rating.js';

const UNIT = 1_000_000_000n;
const CENT = UNIT / 100n;

const iso = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

describe('The price of a month', () => {
  it.each([
    ['a whole month', '2026-01-01', '2026-02-01', 10_000n],
    ['a February', '2026-02-01', '2026-03-01', 10_000n],
    ['a leap February', '2028-02-01', '2028-03-01', 10_000n],
    ['one day of 31', '2026-01-31', '2026-02-01', 323n], // 322.58 cents
    ['one day of 28', '2026-02-28', '2026-03-01', 357n], // 357.14 cents
    ['both together, over the month’s end', '2026-01-31', '2026-02-02', 680n], // 322.58 + 357.14 = 679.72 cents
    ['half of April', '2026-04-16', '2026-05-01', 5_000n],
    ['a year', '2026-01-01', '2027-01-01', 120_000n],
    ['the month in which clocks change', '2026-03-01', '2026-04-01', 10_000n],
  ])('for %s is what its days cost', (_, from, to, cents) => {
    expect(prorate(100n * UNIT, openPeriod(from, to), 'USD')).toBe(cents * CENT);
  });

  it('is rounded by at most half a cent, wherever a period is cut in two', () => {
    const cut = fc.record({
      start: fc.integer({ min: 20_000, max: 24_000 }),
      first: fc.integer({ min: 1, max: 180 }),
      second: fc.integer({ min: 1, max: 180 }),
      priceNanos: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    });
    fc.assert(
      fc.property(cut, ({ start, first, second, priceNanos }) => {
        const [a, b, c] = [iso(start), iso(start + first), iso(start + first + second)];
        const whole = prorate(priceNanos, openPeriod(a, c), 'USD');
        const parts = prorate(priceNanos, openPeriod(a, b), 'USD') + prorate(priceNanos, openPeriod(b, c), 'USD');
        const difference = parts > whole ? parts - whole : whole - parts;
        return whole % CENT === 0n && difference <= CENT;
      }),
    );
  });
});

describe('The price of a quantity', () => {
  it.each([
    ['USD', 4_999_999n, 0n],
    ['USD', 5_000_000n, CENT], // half a cent is one
    ['USD', 14_999_999n, CENT],
    ['JPY', 499_999_999n, 0n],
    ['JPY', 500_000_000n, UNIT],
    ['KWD', 500_000n, UNIT / 1_000n],
  ])('in %s is rounded half up to what can be paid', (currency, nanos, expected) => {
    expect(rate(nanos, UNIT, currency)).toBe(expected);
    expect(expected % minorUnitNanos(currency)).toBe(0n);
  });

  it('is exact where floats are not', () => {
    // 1,234,567.000000001 × 0.123456789 = 152,415.677625363…
    expect(rate(123_456_789n, 1_234_567_000_000_001n, 'USD')).toBe(15_241_568n * CENT);
    expect(quantityOf(1_234_567_000_000_001n)).toBe('1234567.000000001');
    expect([quantityOf(3n * UNIT), quantityOf(UNIT / 2n), quantityOf(0n)]).toEqual(['3', '0.5', '0']);
  });
});

describe('A period', () => {
  it.each([
    ['2026-02-29', '2026-03-01', 'from'],
    ['2026-13-01', '2027-01-01', 'from'],
    ['2026-01-01', '2026-01-32', 'to'],
    ['2026-01-01', '2026-01-01', 'to'],
    ['2026-01-02', '2026-01-01', 'to'],
    ['2026-01-01', '2027-01-03', 'to'],
  ])('from %s to %s is refused, naming %s', (from, to, field) => {
    expect(() => openPeriod(from, to)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ field })] }),
    );
  });
});
