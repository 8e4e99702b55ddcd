import { dayOf, daysBetween, distanceText } from './days.js';

describe('Days', () => {
  it('begin at the midnight of the time zone', () => {
    const moment = new Date('2026-03-31T23:30:00Z');
    expect([dayOf(moment, 'UTC'), dayOf(moment, 'Europe/Berlin'), dayOf(moment, 'America/New_York')]).toEqual([
      '2026-03-31',
      '2026-04-01',
      '2026-03-31',
    ]);
  });

  it('are counted across a change of the clocks and the end of a year', () => {
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
    expect(daysBetween('2026-12-30', '2027-01-02')).toBe(3);
    expect(daysBetween('2026-03-30', '2026-03-28')).toBe(-2);
  });

  it('are told as people say it', () => {
    expect([-2, -1, 0, 1, 5].map(distanceText)).toEqual([
      '2 days overdue',
      '1 day overdue',
      'today',
      'tomorrow',
      'in 5 days',
    ]);
  });
});
