import { Fault } from '@tenantry/kernel';
import { dayAt } from '../clock/day.js';
import type { ClockEvent, LegalClock } from '../clock/legal-clock.js';
import { assertOpen, type TimedRequest } from '../requests/privacy-request.js';

const MAX_QUESTIONS = 50;

/** @throws Fault `conflict` unless it was only received yet */
export function acknowledge(request: TimedRequest): TimedRequest {
  assertOpen(request);
  if (request.legalStatus !== 'received') {
    throw new Fault('conflict', { detail: `The request is acknowledged already: it is ${request.legalStatus}` });
  }
  return { ...request, legalStatus: 'acknowledged' };
}

const asked = (events: readonly ClockEvent[]): ClockEvent[] => events.filter(({ kind }) => kind === 'question_asked');

/** @throws Fault `conflict` when the request is closed, or was asked about too often to be honest */
export function assertMayAsk(request: TimedRequest, events: readonly ClockEvent[]): void {
  assertOpen(request);
  if (asked(events).length < MAX_QUESTIONS) return;
  throw new Fault('conflict', { detail: `A person is asked at most ${MAX_QUESTIONS} questions about one request` });
}

/** When an answer came: not before its question, and not in the future. @throws Fault `conflict` when no question is open */
export function answerTime(
  request: TimedRequest,
  events: readonly ClockEvent[],
  answeredAt: Date | null,
  now: Date,
): Date {
  assertOpen(request);
  const questions = asked(events);
  const answers = events.filter(({ kind }) => kind === 'question_answered').length;
  const question = questions[answers];
  if (!question) throw new Fault('conflict', { detail: 'No question to the person is open' });
  const at = answeredAt ?? now;
  const last = events.at(-1)?.at ?? question.at;
  if (at > now || at < question.at || at < last) {
    const detail = 'answeredAt lies in the future, or before the question or what happened since';
    throw new Fault('invalid-input', { field: 'answeredAt', detail });
  }
  return at;
}

/** @throws Fault `conflict` when the law knows no extension, there was one, or its time is over */
export function assertMayExtend(request: TimedRequest, clock: LegalClock, now: Date): void {
  assertOpen(request);
  if (request.legalStatus === 'appealed' || clock.extendBy === null) {
    throw new Fault('conflict', { detail: 'The law knows no extension for this' });
  }
  if (clock.isExtended)
    throw new Fault('conflict', { detail: 'The time was extended already; there is one extension' });
  if (dayAt(now, request.timeZone) > clock.extendBy) {
    const detail = `An extension had to be announced by ${clock.extendBy}, in the first period; answer as soon as possible`;
    throw new Fault('conflict', { detail });
  }
}
