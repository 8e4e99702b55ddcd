import fc from 'fast-check';
import { REQUEST_TYPES, type RequestType } from '../requests/request-type.js';
import { addDays, addMonths, daysBetween, endOfDay, type Day } from './day.js';
import { Holidays } from './holidays.js';
import { readClock, type ClockEvent, type ClockFacts, type LegalClock } from './legal-clock.js';
import { CLOCK_RULES } from './rules.js';

const holidays = new Holidays();
const noonOf = (day: Day): Date => new Date(`${day}T12:00:00Z`);

/** `received 2026-01-31`, …: a timeline as one would tell it. */
function clockOf(type: RequestType, told: readonly string[], more: Partial<ClockFacts> = {}): LegalClock {
  const events = told.map((line): ClockEvent => {
    const [kind, day] = line.split(' ') as [ClockEvent['kind'], Day];
    return { kind, at: noonOf(day) };
  });
  const facts = { type, role: 'controller', timeZone: 'UTC', calendar: null, now: noonOf('2026-01-01') } as const;
  return readClock({ ...facts, events, ...more }, holidays);
}

const twoQuestionsAtOnce = [
  ...['question_asked 2026-03-12', 'question_asked 2026-03-13'],
  ...['question_answered 2026-03-14', 'question_answered 2026-03-17'],
];

describe('A legal clock', () => {
  it.each<[string, string, RequestType, string | null]>([
    // A month ends on the day with the same number, or on the last of a shorter month.
    ['2025-09-03', '2025-10-03', 'gdpr_access', null],
    ['2025-01-31', '2025-02-28', 'gdpr_access', null],
    ['2028-01-31', '2028-02-29', 'gdpr_erasure', null],
    ['2028-01-30', '2028-02-29', 'gdpr_erasure', null],
    ['2025-12-31', '2026-02-02', 'gdpr_access', null], // 31 January 2026 is a Saturday
    ['2026-01-31', '2026-03-02', 'gdpr_access', null], // 28 February 2026 is a Saturday
    // Public holidays of the place.
    ['2025-09-03', '2025-10-06', 'gdpr_access', 'DE'], // German Unity Day, then a weekend
    ['2026-03-03', '2026-04-07', 'gdpr_access', 'DE'], // Good Friday to Easter Monday
    ['2026-03-03', '2026-04-03', 'gdpr_access', null],
    ['2026-02-08', '2026-03-09', 'gdpr_access', 'DE-BE'], // a Sunday, and a holiday in Berlin
    ['2025-11-24', '2025-12-24', 'gdpr_access', 'DE'], // not a public holiday there
    ['2025-11-25', '2025-12-29', 'gdpr_access', 'DE'], // both days of Christmas, then a weekend
    // CCPA counts calendar days and does not roll; its choices count business days.
    ['2026-01-02', '2026-02-16', 'ccpa_know', 'US-CA'],
    ['2026-01-01', '2026-02-15', 'ccpa_delete', 'US-CA'], // a Sunday
    ['2026-01-09', '2026-02-02', 'ccpa_opt_out', 'US-CA'], // over Martin Luther King Jr. Day
    ['2026-01-09', '2026-01-30', 'ccpa_limit', null],
    // HIPAA counts calendar days.
    ['2028-02-01', '2028-03-02', 'hipaa_access', null],
    ['2026-07-01', '2026-08-30', 'hipaa_accounting', 'US'],
    ['2026-07-01', '2026-08-30', 'hipaa_amendment', 'US'],
  ])('received on %s is due on %s: %s with the holidays of %s', (received, due, type, calendar) => {
    expect(clockOf(type, [`received ${received}`], { calendar }).dueOn).toBe(due);
  });

  it.each<[RequestType, readonly string[], string]>([
    ['gdpr_access', ['received 2025-11-30', 'extended 2025-12-20'], '2026-03-02'], // 3 months: 28 February, a Saturday
    ['gdpr_access', ['received 2026-03-10', 'extended 2026-04-10'], '2026-06-10'],
    ['ccpa_know', ['received 2026-01-02', 'extended 2026-02-16'], '2026-04-02'],
    ['hipaa_access', ['received 2026-03-01', 'extended 2026-03-31'], '2026-04-30'],
    ['hipaa_amendment', ['received 2026-03-01', 'extended 2026-04-30'], '2026-05-30'],
    ['ccpa_limit', ['received 2026-03-02', 'extended 2026-03-03'], '2026-03-23'], // this law knows no extension
    // A pause lasts from a question to its answer.
    ['gdpr_access', ['received 2026-03-10', 'question_asked 2026-03-12', 'question_answered 2026-03-17'], '2026-04-15'],
    ['gdpr_access', ['received 2026-03-10', 'question_asked 2026-03-12', 'question_answered 2026-03-12'], '2026-04-10'],
    ['gdpr_access', ['received 2026-03-10', ...twoQuestionsAtOnce], '2026-04-15'],
    ['gdpr_access', ['received 2026-03-10', 'question_asked 2026-04-13', 'question_answered 2026-05-13'], '2026-04-10'],
    ['ccpa_know', ['received 2026-01-02', 'question_asked 2026-01-05', 'question_answered 2026-02-05'], '2026-02-16'],
    // Both, in either order.
    [
      'gdpr_access',
      ['received 2026-03-10', 'question_asked 2026-03-12', 'question_answered 2026-03-17', 'extended 2026-04-14'],
      '2026-06-15',
    ],
    // An appeal begins a clock of its own.
    ['gdpr_access', ['received 2026-03-10', 'denied 2026-03-20', 'appealed 2026-04-01'], '2026-05-16'],
    [
      'gdpr_access',
      ['received 2026-03-10', 'denied 2026-03-20', 'appealed 2026-04-01', 'appeal_overturned 2026-04-03'],
      '2026-05-16',
    ],
  ])('of %s after %j is due on %s', (type, told, due) => {
    expect(clockOf(type, told).dueOn).toBe(due);
  });

  it('stands still while a question is open, and would be due later by what has passed', () => {
    const told = ['received 2026-03-10', 'question_asked 2026-03-12'];
    const clock = clockOf('gdpr_access', told, { now: noonOf('2026-03-22') });
    expect(clock).toMatchObject({ state: 'paused', dueOn: '2026-04-20', extendBy: '2026-04-20' });
    expect(clockOf('ccpa_know', told, { now: noonOf('2026-03-22') }).state).toBe('running');
  });

  it('stops when the request is closed, whatever question was open', () => {
    const told = ['received 2026-03-10', 'question_asked 2026-03-12', 'withdrawn 2026-03-13'];
    const clock = clockOf('gdpr_access', told, { now: noonOf('2027-01-01') });
    expect(clock).toMatchObject({ state: 'stopped', dueOn: '2026-04-13' }); // one day later is a Saturday
  });

  it('has days for the acknowledgement and for handing over, where there are such', () => {
    expect(clockOf('ccpa_know', ['received 2026-01-09'], { calendar: 'US-CA' }).acknowledgeBy).toBe('2026-01-26');
    expect(clockOf('gdpr_access', ['received 2026-01-09'])).toMatchObject({ acknowledgeBy: null, handOverBy: null });
    const processor = clockOf('gdpr_access', ['received 2026-01-09'], { role: 'processor' });
    expect([processor.handOverBy, processor.dueOn]).toEqual(['2026-01-16', '2026-02-09']);
  });

  it('can be extended up to the end of the first period, and not at all where the law says nothing of it', () => {
    expect(clockOf('gdpr_access', ['received 2026-01-31']).extendBy).toBe('2026-03-02');
    expect(clockOf('ccpa_opt_out', ['received 2026-01-31']).extendBy).toBeNull();
    expect(
      clockOf('gdpr_access', ['received 2026-03-10', 'denied 2026-03-20', 'appealed 2026-04-01']).extendBy,
    ).toBeNull();
  });

  it('explains itself line by line', () => {
    const { lines } = clockOf('gdpr_access', ['received 2026-01-30', 'acknowledged 2026-02-02'], { calendar: 'DE' });
    expect(lines.map(({ on, text, source }) => `${on} ${text} [${source ?? ''}]`)).toEqual([
      '2026-01-30 Received; this day does not count []',
      '2026-02-28 1 month after 2026-01-30 [GDPR Art. 12(3)]',
      '2026-02-02 Acknowledged []',
      '2026-03-02 2026-02-28 is a Saturday; this is the next working day [Regulation 1182/71 Art. 3(4)]',
      '2026-03-02 Due by the end of this day []',
    ]);
  });

  it('explains too what is due besides the answer, and which day off moved the end', () => {
    const textsOf = (...facts: Parameters<typeof clockOf>) =>
      clockOf(...facts).lines.map(({ on, text, source }) => `${on} ${text} [${source ?? ''}]`);
    expect(textsOf('ccpa_know', ['received 2026-11-01'], { calendar: 'US' })).toContain(
      '2026-11-16 Acknowledge by the end of this day: 10 business days after 2026-11-01 [11 CCR § 7021(a)]',
    );
    const processor = textsOf('gdpr_access', ['received 2026-03-03'], { role: 'processor', calendar: 'DE' });
    expect(processor).toContain(
      '2026-03-10 Hand to the controller by the end of this day: 5 business days after 2026-03-03 [GDPR Art. 28(3)(e)]',
    );
    expect(processor).toContain(
      '2026-04-07 2026-04-03 is a public holiday (DE); this is the next working day [Regulation 1182/71 Art. 3(4)]',
    );
    expect(textsOf('gdpr_access', ['received 2026-03-03']).join()).not.toMatch(/Acknowledge|controller|holiday/);
  });

  it('counts the days of its time zone', () => {
    const events: ClockEvent[] = [{ kind: 'received', at: new Date('2026-03-31T23:30:00Z') }];
    const due = (timeZone: string) => clockOf('gdpr_access', [], { events, timeZone }).dueOn;
    expect([due('UTC'), due('Europe/Berlin')]).toEqual(['2026-04-30', '2026-05-01']);
  });
});

describe('For any clock', () => {
  const day = fc.integer({ min: 0, max: 20_000 }).map((n) => addDays('2000-01-01', n));
  const type = fc.constantFrom(...(Object.keys(REQUEST_TYPES) as RequestType[]));
  const calendar = fc.constantFrom(null, 'DE', 'DE-BY', 'US-CA', 'IE');

  it('a month later is the same number, or the last of its month', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 12 }), (from, n) => {
        const to = addMonths(from, n);
        const months = (of: Day): number => Number(of.slice(0, 4)) * 12 + Number(of.slice(5, 7));
        expect(months(to) - months(from)).toBe(n);
        const isLast = addDays(to, 1).endsWith('-01');
        expect(to.slice(8) === from.slice(8) || (isLast && to.slice(8) < from.slice(8))).toBe(true);
      }),
    );
  });

  it('a last day rolls to the first working day, and only where the law says so', () => {
    fc.assert(
      fc.property(day, type, calendar, (received, of, place) => {
        const { dueOn } = clockOf(of, [`received ${received}`], { calendar: place });
        const { response, roll } = CLOCK_RULES[of];
        if (response.unit === 'business_days') return expect(holidays.isWorkingDay(dueOn, place)).toBe(true);
        const unrolled =
          response.unit === 'months' ? addMonths(received, response.count) : addDays(received, response.count);
        if (!roll) return expect(dueOn).toBe(unrolled);
        expect(holidays.isWorkingDay(dueOn, place)).toBe(true);
        for (let one = unrolled; one < dueOn; one = addDays(one, 1)) {
          expect(holidays.isWorkingDay(one, place)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holidays and extensions never make a due date earlier, and a pause moves it by its own length', () => {
    fc.assert(
      fc.property(day, type, calendar, fc.nat(20), fc.nat(60), (received, of, place, asked, open) => {
        const told = [`received ${received}`];
        const plain = clockOf(of, told).dueOn;
        expect(clockOf(of, told, { calendar: place }).dueOn >= plain).toBe(true);
        expect(clockOf(of, [...told, `extended ${addDays(received, 3)}`]).dueOn >= plain).toBe(true);
        const askedOn = addDays(received, asked);
        const paused = [...told, `question_asked ${askedOn}`, `question_answered ${addDays(askedOn, open)}`];
        const unrolled = CLOCK_RULES[of].pause ? addDays(addMonths(received, 1), open) : plain;
        const expected = CLOCK_RULES[of].pause ? holidays.rollForward(unrolled, null) : plain;
        expect(clockOf(of, paused).dueOn).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('a day ends where the next begins, in every time zone', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const localDay = (at: number, timeZone: string): string => new Date(at).toLocaleDateString('en-CA', { timeZone });
    fc.assert(
      fc.property(day, zone, (of, timeZone) => {
        const end = endOfDay(of, timeZone).getTime();
        expect(localDay(end, timeZone) > of).toBe(true);
        expect(localDay(end - 1, timeZone) <= of).toBe(true);
        expect(Math.abs(daysBetween(of, new Date(end).toISOString().slice(0, 10)))).toBeLessThanOrEqual(2);
      }),
      { numRuns: 200 },
    );
  });
});
