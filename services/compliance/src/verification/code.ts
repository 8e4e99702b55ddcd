import { randomInt, timingSafeEqual } from 'node:crypto';
import { Fault } from '@tenantry/kernel';

/** For how long a code works, in minutes: the mail says the same. */
export const CODE_MINUTES = 30;
const MAX_ATTEMPTS = 5;
const MAX_SENT = 10;

/** The code that was mailed last for a request, without the code. */
export interface CodeFacts {
  readonly sent: number;
  readonly attempts: number;
  readonly expiresAt: Date;
}

/** Six digits that nobody can foresee. */
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}

/** What is kept of a code that is mailed now. @throws Fault `conflict` when too many were mailed for this request */
export function sendAnother(last: CodeFacts | undefined, now: Date): CodeFacts {
  const sent = (last?.sent ?? 0) + 1;
  if (sent > MAX_SENT) {
    const detail = `At most ${MAX_SENT} codes are mailed for one request; check the identity some other way`;
    throw new Fault('conflict', { detail });
  }
  return { sent, attempts: 0, expiresAt: new Date(now.getTime() + CODE_MINUTES * 60_000) };
}

/** Whether another attempt at a code counts. */
export function isAlive({ attempts, expiresAt }: CodeFacts, now: Date): boolean {
  return attempts < MAX_ATTEMPTS && now < expiresAt;
}

/** Compares without telling by its time how much was right. Both have six digits. */
export function isSameCode(code: string, guess: string): boolean {
  return code.length === guess.length && timingSafeEqual(Buffer.from(code), Buffer.from(guess));
}

/** One and the same answer for a code that is wrong, used or expired, and for a request or tenant that does not exist. */
export function codeRefused(): Fault {
  const detail = 'This code does not work, or not any more; ask for a new one';
  return new Fault('not-found', { field: 'code', detail });
}
