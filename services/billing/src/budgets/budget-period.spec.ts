import fc from 'fast-check';
import { TestDatabase } from '@tenantry/testing';
import { billingService } from '../billing.module.js';

// Summer time, none, half hours, a day that is missing (Apia 2011), midnights that come twice (Havana) or never (Cairo, Beirut).
const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'],
  ...['America/Havana', 'Africa/Cairo', 'Asia/Beirut', 'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Chatham'],
];

interface Period {
  readonly at: Date;
  readonly starts_at: Date;
  readonly ends_at: Date | null;
  readonly before: Date | null;
  readonly next: Date | null;
}

describe('The period of a budget', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    const { name, migrations, jobs } = billingService;
    db = await TestDatabase.create([{ name, migrations: migrations!, jobs }]);
  });
  afterAll(() => db?.drop());

  const periodsOf = (period: string, zone: string, moments: readonly Date[]): Promise<Period[]> =>
    db.admin<Period & Record<string, unknown>>(
      `select at, p.starts_at, p.ends_at, n.starts_at as next, b.ends_at as before
       from unnest($3::timestamptz[]) at, billing.budget_period($1, $2, at) p,
         billing.budget_period($1, $2, p.ends_at) n, billing.budget_period($1, $2, p.starts_at - interval '1 microsecond') b`,
      [period, zone, moments],
    );

  it('holds its moment, ends where the next one begins and begins where the one before ends, in every zone', async () => {
    const moment = fc.date({ min: new Date('2010-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    const [moments] = fc.sample(fc.array(moment, { minLength: 200, maxLength: 200 }), 1);
    const wrong: unknown[] = [];
    for (const zone of ZONES) {
      for (const period of ['hour', 'day', 'week', 'month']) {
        const found = await periodsOf(period, zone, moments!);
        const isRight = ({ at, starts_at: start, ends_at: end, before, next }: Period): boolean =>
          start <= at && at < end! && next!.getTime() === end!.getTime() && before!.getTime() === start.getTime();
        wrong.push(...found.filter((one) => !isRight(one)).map((one) => ({ zone, period, ...one })));
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'], // 23 hours
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'], // 25 hours
    ['week', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-22T23:00:00Z', '2026-03-29T22:00:00Z'], // from Monday
    ['month', 'Asia/Kolkata', '2026-01-31T18:29:59Z', '2025-12-31T18:30:00Z', '2026-01-31T18:30:00Z'],
    ['month', 'Asia/Kolkata', '2026-01-31T18:30:00Z', '2026-01-31T18:30:00Z', '2026-02-28T18:30:00Z'],
    ['day', 'America/Havana', '2026-11-01T04:30:00Z', '2026-10-31T04:00:00Z', '2026-11-01T05:00:00Z'], // midnight comes twice
    ['day', 'Africa/Cairo', '2026-04-24T00:00:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'], // there is no midnight
    ['hour', 'Asia/Kolkata', '2026-01-01T10:59:59Z', '2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z'],
  ])('%s in %s at %s is from %s to %s', async (period, zone, at, starts, ends) => {
    const [found] = await periodsOf(period, zone, [new Date(at)]);
    expect([found?.starts_at, found?.ends_at]).toEqual([new Date(starts), new Date(ends)]);
  });
});
