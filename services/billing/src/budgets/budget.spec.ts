import fc from 'fast-check';
import type { CreateBudgetRequest, UpdateBudgetRequest } from '@tenantry/contracts';
import { formatNanos, newId } from '@tenantry/kernel';
import { changeBudget, openBudget, parseAmount, reachedPercents, type Budget } from './budget.js';

const now = new Date('2026-03-01T00:00:00Z');
const request = (more: Partial<CreateBudgetRequest> = {}): CreateBudgetRequest => ({
  ...{ name: 'Everything', limit: '10.00', alertPercents: [] },
  ...more,
});
const change = (more: Partial<UpdateBudgetRequest> = {}): UpdateBudgetRequest => ({
  ...{ budgetId: newId(), alertPercents: [] },
  ...more,
});
const budget = (more: Partial<Budget> = {}): Budget => ({
  ...openBudget(request(), null, now),
  ...{ periodStartsAt: now, periodEndsAt: null, carriedNanos: 0n, spentNanos: 0n, heldNanos: 0n },
  ...{ alertedPercent: 0, isBlocked: false },
  ...more,
});

describe('An amount', () => {
  it('is read to the last of nine places and printed as the same amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }), (nanos) => {
        expect(parseAmount(formatNanos(nanos), 'limit')).toBe(nanos);
      }),
    );
  });

  it.each(['-1', '-0.000000001', '1e3', '0x10', ' 1', '1.', '.5', '1,5', '0.0000000001', 'NaN', '1000000000'])(
    'is not %j',
    (text) => expect(() => parseAmount(text, 'limit')).toThrow(expect.objectContaining({ reason: 'invalid-input' })),
  );
});

describe('A budget', () => {
  it('lies below its parent, with its currency', () => {
    const parent = budget({ currency: 'EUR' });
    const child = openBudget(request({ parentId: parent.id }), parent, now);
    expect(child).toMatchObject({ parentId: parent.id, path: [parent.id, child.id], currency: 'EUR' });
    expect(() => openBudget(request({ currency: 'USD' }), parent, now)).toThrow(/currency/);
  });

  it('is at most eight levels deep, and never below a closed one', () => {
    const levels = (count: number): Budget => budget({ path: Array.from({ length: count }, () => newId()) });
    expect(openBudget(request(), levels(7), now).path).toHaveLength(8);
    expect(() => openBudget(request(), levels(8), now)).toThrow(/levels/);
    expect(() => openBudget(request(), budget({ closedAt: now }), now)).toThrow(/closed/);
  });

  it('that is blocked opens only when the new limit leaves room', () => {
    const blocked = budget({ isBlocked: true, spentNanos: 12_000_000_000n });
    expect(changeBudget(blocked, change({ name: 'Else' })).isBlocked).toBe(true);
    expect(changeBudget(blocked, change({ limit: '12.00' })).isBlocked).toBe(true);
    expect(changeBudget(blocked, change({ limit: '12.01' })).isBlocked).toBe(false);
  });

  it('keeps what a change does not name', () => {
    const before = budget({ alertPercents: [90], rollsOver: true, isShadow: true });
    expect(changeBudget(before, change({ hard: false }))).toEqual({ ...before, isHard: false });
  });
});

describe('Alerts', () => {
  const spending = (spentNanos: bigint, alertedPercent = 0, limitNanos = 1_000n): number[] =>
    reachedPercents({ spentNanos, limitNanos, alertPercents: [50, 80, 100], alertedPercent });

  it.each([
    [0n, 0, []],
    [499n, 0, []],
    [500n, 0, [50]],
    [999n, 50, [80]],
    [1_000n, 0, [50, 80, 100]],
    [5_000n, 100, []],
  ])('after spending %s of 1000 with %i announced are due for %j', (spent, alerted, due) => {
    expect(spending(spent, alerted)).toEqual(due);
  });

  it('of a limit of nothing are due with the first spending and not before', () => {
    expect(spending(0n, 0, 0n)).toEqual([]);
    expect(spending(1n, 0, 0n)).toEqual([50, 80, 100]);
  });

  it('are due once each, however the spending is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 700n }), { maxLength: 30 }), (amounts) => {
        let [spent, alerted] = [0n, 0];
        const told = amounts.flatMap((amount) => {
          const due = spending((spent += amount), alerted);
          alerted = due.at(-1) ?? alerted;
          return due;
        });
        expect(told).toEqual(spending(spent));
      }),
    );
  });
});
