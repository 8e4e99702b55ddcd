import { createRequire } from 'node:module';
import { Fault } from '@tenantry/kernel';
import { addDays, weekdayOf, type Day } from './day.js';

const load = createRequire(import.meta.url);
/** The world's holidays are large: they are loaded when the first calendar is asked for. */
const calendars = () => load('date-holidays') as typeof import('date-holidays').default;

const MAX_YEARS = 500;
const SATURDAY = 6;
const SUNDAY = 0;

/**
 * Which days are working days: not Saturdays, Sundays or public holidays (Regulation 1182/71, Art. 2). A calendar is a country
 * (`DE`), or a country and a part of it (`DE-BE`); null has no holidays. Days that only banks or schools have off are working days.
 */
export class Holidays {
  private readonly byYear = new Map<string, ReadonlySet<Day>>();

  /** Whether there is a calendar of this name. */
  knows(calendar: string): boolean {
    const [country = '', part] = calendar.split('-');
    const Calendar = calendars();
    const countries = new Calendar().getCountries();
    if (!Object.hasOwn(countries, country)) return false;
    return part === undefined || Object.hasOwn(new Calendar().getStates(country) ?? {}, part);
  }

  isWorkingDay(day: Day, calendar: string | null): boolean {
    return this.whyOff(day, calendar) === null;
  }

  /** What makes a day no working day, in words; null for a working day. */
  whyOff(day: Day, calendar: string | null): string | null {
    const weekday = weekdayOf(day);
    if (weekday === SATURDAY) return 'a Saturday';
    if (weekday === SUNDAY) return 'a Sunday';
    const isHoliday = calendar !== null && this.of(calendar, day.slice(0, 4)).has(day);
    return isHoliday ? `a public holiday (${calendar})` : null;
  }

  /** The day itself if it is a working day, else the next one. */
  rollForward(day: Day, calendar: string | null): Day {
    return this.isWorkingDay(day, calendar) ? day : this.rollForward(addDays(day, 1), calendar);
  }

  /** The n-th working day after a day, which itself does not count. */
  addBusinessDays(day: Day, count: number, calendar: string | null): Day {
    let at = day;
    for (let left = count; left > 0; left--) at = this.rollForward(addDays(at, 1), calendar);
    return at;
  }

  private of(calendar: string, year: string): ReadonlySet<Day> {
    const key = `${calendar} ${year}`;
    const known = this.byYear.get(key);
    if (known) return known;
    if (this.byYear.size >= MAX_YEARS) this.byYear.clear();
    const days = publicHolidays(calendar, Number(year));
    this.byYear.set(key, days);
    return days;
  }
}

/** Dates are of the place itself, and a holiday may be longer than a day. */
function publicHolidays(calendar: string, year: number): ReadonlySet<Day> {
  const [country = '', part] = calendar.split('-');
  const Calendar = calendars();
  const source = part === undefined ? new Calendar(country) : new Calendar(country, part);
  const days = new Set<Day>();
  for (const { type, date, start, end } of source.getHolidays(year) ?? []) {
    if (type !== 'public') continue;
    const first = date.slice(0, 10);
    const lengthDays = Math.max(1, Math.round((end.getTime() - start.getTime()) / 86_400_000));
    for (let nth = 0; nth < lengthDays; nth++) days.add(addDays(first, nth));
  }
  return days;
}

const known = new Holidays();

/** @throws Fault `invalid-input` for the name of no calendar */
export function assertKnownCalendar(calendar: string | null): void {
  if (calendar === null || known.knows(calendar)) return;
  const detail = `There is no calendar of public holidays named ${calendar}; give a country such as DE, or a part of it such as DE-BE`;
  throw new Fault('invalid-input', { field: 'calendar', detail });
}
