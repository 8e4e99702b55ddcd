import type { RequestType } from '../requests/request-type.js';
import { addDays, addMonths, dayAt, daysBetween, endOfDay, type Day } from './day.js';
import type { Holidays } from './holidays.js';
import { APPEAL, CLOCK_RULES, HAND_OVER, type ClockRule, type Term } from './rules.js';

/** What moves the clock of a request. */
export const CLOCK_KINDS = [
  'received',
  'acknowledged',
  'question_asked',
  'question_answered',
  'extended',
  'handed_over',
  'fulfilled',
  'partially_fulfilled',
  'denied',
  'withdrawn',
  'appealed',
  'appeal_upheld',
  'appeal_overturned',
] as const;

/** Whether a kind of entry in a timeline moves the clock. */
export function isClockKind(kind: string): kind is ClockEvent['kind'] {
  return (CLOCK_KINDS as readonly string[]).includes(kind);
}

const CLOSING: readonly string[] = [
  'handed_over',
  'fulfilled',
  'partially_fulfilled',
  'denied',
  'withdrawn',
  'appeal_upheld',
];

/** Something that happened and that the clock knows. */
export interface ClockEvent {
  readonly kind: (typeof CLOCK_KINDS)[number];
  readonly at: Date;
}

/** Everything that a due date follows from. Events are in order and begin with `received`. */
export interface ClockFacts {
  readonly type: RequestType;
  readonly role: 'controller' | 'processor';
  readonly timeZone: string;
  readonly calendar: string | null;
  readonly events: readonly ClockEvent[];
  readonly now: Date;
}

/** One step of the arithmetic: what happened or follows, and by which rule. */
export interface ClockLine {
  readonly on: Day;
  readonly text: string;
  readonly source: string | null;
}

/** How a clock stands. */
export interface LegalClock {
  readonly state: 'running' | 'paused' | 'stopped';
  /** The moment it began: what shares of its time are counted from. */
  readonly startsAt: Date;
  readonly dueOn: Day;
  readonly dueAt: Date;
  /** The last day on which an extension may be announced; null when the law knows none. */
  readonly extendBy: Day | null;
  readonly isExtended: boolean;
  readonly acknowledgeBy: Day | null;
  readonly handOverBy: Day | null;
  readonly lines: readonly ClockLine[];
}

/** Works a clock out from what happened, line by line. Pure: the same facts give the same answer. */
export function readClock(facts: ClockFacts, holidays: Holidays): LegalClock {
  return new ClockReading(facts, holidays).result();
}

class ClockReading {
  private readonly rule: ClockRule;
  private readonly lines: ClockLine[] = [];
  private readonly receivedOn: Day;
  private readonly acknowledgeBy: Day | null;
  private readonly handOverBy: Day | null;
  private startsAt: Date;
  private base: Day;
  private firstEnd: Day;
  private openQuestions = 0;
  private pausedOn: Day | null = null;
  private pausedDays = 0;
  private isExtended = false;
  private isClosed = false;
  private isAppeal = false;

  constructor(
    private readonly facts: ClockFacts,
    private readonly holidays: Holidays,
  ) {
    const [received] = facts.events;
    if (received?.kind !== 'received') throw new TypeError('a clock begins with `received`');
    this.rule = CLOCK_RULES[facts.type];
    this.startsAt = received.at;
    this.receivedOn = dayAt(received.at, facts.timeZone);
    this.note(this.receivedOn, 'Received; this day does not count', null);
    this.acknowledgeBy = this.alsoDue('Acknowledge', this.rule.acknowledgement);
    this.handOverBy = this.alsoDue('Hand to the controller', facts.role === 'processor' ? HAND_OVER : null);
    this.base = this.after(this.receivedOn, this.rule.response);
    this.note(this.base, `${termText(this.rule.response)} after ${this.receivedOn}`, this.rule.source);
    this.firstEnd = this.rolled(this.base);
  }

  result(): LegalClock {
    const { rule, facts } = this;
    for (const event of facts.events.slice(1)) this.apply(event.kind, dayAt(event.at, facts.timeZone), event.at);
    const state = this.isClosed ? 'stopped' : this.pausedOn === null ? 'running' : 'paused';
    if (state === 'paused') this.countPause(dayAt(facts.now, facts.timeZone), 'Still unanswered today');
    const dueOn = this.dueOn();
    this.noteDue(dueOn);
    return {
      ...{ state, startsAt: this.startsAt, dueOn, dueAt: endOfDay(dueOn, facts.timeZone) },
      extendBy: rule.extension && !this.isAppeal ? this.firstEnd : null,
      isExtended: this.isExtended,
      ...{ acknowledgeBy: this.acknowledgeBy, handOverBy: this.handOverBy, lines: this.lines },
    };
  }

  /** What is to be done besides answering, and until when; nothing moves that day. */
  private alsoDue(what: string, duty: { readonly term: Term; readonly source: string } | null): Day | null {
    if (!duty) return null;
    const by = this.after(this.receivedOn, duty.term);
    this.note(by, `${what} by the end of this day: ${termText(duty.term)} after ${this.receivedOn}`, duty.source);
    return by;
  }

  private noteDue(dueOn: Day): void {
    const unrolled = addDays(this.base, this.pausedDays);
    if (dueOn !== unrolled) {
      const off = this.holidays.whyOff(unrolled, this.facts.calendar);
      this.note(dueOn, `${unrolled} is ${off}; this is the next working day`, this.rule.roll?.source ?? null);
    }
    this.note(dueOn, this.isClosed ? 'It was due by the end of this day' : 'Due by the end of this day', null);
  }

  private apply(kind: ClockEvent['kind'], on: Day, at: Date): void {
    if (kind === 'question_asked') this.ask(on);
    else if (kind === 'question_answered') this.answer(on);
    else if (kind === 'extended') this.extend(on);
    else if (kind === 'appealed') this.appeal(on, at);
    else if (kind === 'appeal_overturned') this.note(on, 'The appeal was right: the request goes on', null);
    else this.note(on, EVENT_TEXTS[kind] ?? kind, null);
    if (CLOSING.includes(kind)) this.close(on);
  }

  private ask(on: Day): void {
    this.openQuestions += 1;
    if (!this.rule.pause || this.isAppeal) {
      this.note(on, 'The person was asked a question; this clock does not stop for it', this.rule.source);
    } else if (on > this.dueOn()) {
      this.note(on, 'The person was asked a question, after the time was over', this.rule.pause.source);
    } else {
      this.note(on, 'The person was asked a question: the clock stands still', this.rule.pause.source);
      this.pausedOn ??= on;
    }
  }

  private answer(on: Day): void {
    this.openQuestions -= 1;
    if (this.openQuestions > 0 || this.pausedOn === null) this.note(on, 'An answer came', null);
    else this.countPause(on, 'The answer came');
  }

  private countPause(on: Day, text: string): void {
    const days = daysBetween(this.pausedOn ?? on, on);
    this.pausedOn = null;
    this.pausedDays += days;
    if (!this.isExtended) this.firstEnd = this.rolled(addDays(this.base, this.pausedDays));
    this.note(on, `${text}: the clock stood still for ${count(days, 'day')}`, this.rule.pause?.source ?? null);
  }

  private extend(on: Day): void {
    if (!this.rule.extension) return;
    const { total, source } = this.rule.extension;
    this.isExtended = true;
    this.base = this.after(this.receivedOn, total);
    this.note(on, `Extended with notice: ${termText(total)} after ${this.receivedOn} is ${this.base}`, source);
  }

  private appeal(on: Day, at: Date): void {
    [this.isAppeal, this.isClosed, this.startsAt] = [true, false, at];
    [this.pausedOn, this.pausedDays] = [null, 0];
    this.base = this.after(on, APPEAL.term);
    this.note(on, `Appealed: ${termText(APPEAL.term)} after this day is ${this.base}`, APPEAL.source);
  }

  private close(on: Day): void {
    if (this.pausedOn !== null) this.countPause(on, 'Closed while a question was open');
    this.isClosed = true;
  }

  private dueOn(): Day {
    return this.rolled(addDays(this.base, this.pausedDays));
  }

  private rolled(day: Day): Day {
    return this.rule.roll && !this.isAppeal ? this.holidays.rollForward(day, this.facts.calendar) : day;
  }

  private after(day: Day, { count: n, unit }: Term): Day {
    if (unit === 'months') return addMonths(day, n);
    return unit === 'days' ? addDays(day, n) : this.holidays.addBusinessDays(day, n, this.facts.calendar);
  }

  private note(on: Day, text: string, source: string | null): void {
    this.lines.push({ on, text, source });
  }
}

const EVENT_TEXTS: Readonly<Record<string, string>> = {
  acknowledged: 'Acknowledged',
  handed_over: 'Handed to the controller',
  fulfilled: 'Fulfilled',
  partially_fulfilled: 'Fulfilled in part',
  denied: 'Denied',
  withdrawn: 'Withdrawn',
  appeal_upheld: 'The appeal was decided: the denial stands',
};

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

function termText({ count: n, unit }: Term): string {
  return count(n, { months: 'month', days: 'calendar day', business_days: 'business day' }[unit]);
}
