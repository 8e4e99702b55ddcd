import fc from 'fast-check';
import { daysAfter } from '../invoices/period.js';
import {
  climb,
  ease,
  isAboutToBeCollected,
  isRestricted,
  stepName,
  STEPS,
  type Dunning,
  type Overdue,
} from './dunning.js';

const LADDER = [7, 14, 21, 28, 35];
const DUE = '2026-03-01';
const START: Dunning = { step: 0, steppedOn: '1970-01-01' };
const overdue: Overdue = { invoiceId: 'i', number: 1n, currency: 'USD', dueNanos: 1n, collectAt: null, dueOn: DUE };

/** What happens on each day on which the ladder is looked at. */
function walk(days: readonly number[]): [number, string][] {
  let dunning = START;
  return days.flatMap((day) => {
    const after = climb(dunning, overdue, daysAfter(DUE, day), LADDER);
    if (after === dunning) return [];
    dunning = after;
    return [[day, stepName(after)] as [number, string]];
  });
}
const upTo = (days: number): number[] => Array.from({ length: days + 1 }, (_, day) => day);

describe('The ladder', () => {
  it('is climbed on the days that it names, when it is looked at every day', () => {
    expect(walk(upTo(60))).toEqual(LADDER.map((day, index) => [day, STEPS[index]]));
  });

  it('leaves as much time between two steps as it says, however seldom it is looked at', () => {
    expect(walk(upTo(60).filter((day) => day >= 40))).toEqual([
      [40, 'reminder_1'],
      [47, 'reminder_2'],
      [54, 'reminder_3'],
    ]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(120), { maxLength: 60 }), (some) => {
        const steps = walk(some.toSorted((x, y) => x - y));
        expect(steps.map(([, name]) => name)).toEqual(STEPS.slice(0, steps.length));
        steps.forEach(([day], index) => {
          expect(day).toBeGreaterThanOrEqual(LADDER[index]!);
          if (index > 0) expect(day - steps[index - 1]![0]).toBeGreaterThanOrEqual(LADDER[index]! - LADDER[index - 1]!);
        });
      }),
    );
  });

  it('is left at once when nothing is overdue any more, and gone down to what another invoice has earned', () => {
    const suspended = { step: 5, steppedOn: '2026-04-05' };
    expect(ease(suspended, null, '2026-04-06', LADDER)).toEqual({ step: 0, steppedOn: '2026-04-06' });
    const other = { ...overdue, dueOn: '2026-03-20' };
    const eased = ease(suspended, other, '2026-04-06', LADDER); // 17 days
    expect([stepName(eased), isRestricted(eased)]).toEqual(['reminder_2', false]);
    expect(ease(suspended, overdue, '2026-04-06', LADDER)).toBe(suspended);
  });

  it('is never climbed when there is none', () => {
    expect(climb(START, overdue, '2030-01-01', [])).toBe(START);
  });

  it('waits for an attempt to collect that is due, for two hours', () => {
    const collectAt = new Date('2026-03-08T00:00:00Z');
    const after = (hours: number): Date => new Date(collectAt.getTime() + hours * 3_600_000);
    const waits = [-0.1, 0, 1, 2, 2.1].map((hours) => isAboutToBeCollected({ collectAt }, after(hours)));
    expect(waits).toEqual([false, true, true, true, false]);
    expect(isAboutToBeCollected({ collectAt: null }, after(0))).toBe(false);
  });
});
