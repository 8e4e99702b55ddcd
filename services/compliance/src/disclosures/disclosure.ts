import type { RecordDisclosureRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import { yearsBefore } from './look-back.js';

/** Information about people that somebody outside the tenant got. `description` is sealed once it is kept. */
export interface Disclosure {
  readonly id: string;
  readonly disclosedAt: Date;
  readonly source: 'recorded' | 'model' | 'export' | 'api' | 'guardrail';
  readonly recipient: string;
  readonly recipientAddress: string | null;
  readonly description: string;
  readonly purpose: string;
  readonly table: string | null;
  /** Null for the whole table. */
  readonly subjectKey: string | null;
  /** Until when an agency has asked to leave it out of accountings. */
  readonly withheldUntil: Date | null;
  readonly actorId: string;
}

/** What an accounting leaves out: 45 CFR § 164.528(a)(1)(i)–(iv). */
export const NOT_ACCOUNTED: readonly string[] = ['treatment', 'payment', 'operations', 'authorized'];

const DAY_MS = 86_400_000;
/** What an agency asks only by word of mouth ends after 30 days: 45 CFR § 164.528(a)(2)(ii). */
const ORAL_DAYS = 30;

/** A disclosure that somebody records. @throws Fault `invalid-input` for a time to come or too long ago, or withheld for too long */
export function recordDisclosure(request: RecordDisclosureRequest, actorId: string, now: Date): Disclosure {
  const { disclosedAt, withheldUntil = null, withheldInWriting, recipient, purpose, table, description } = request;
  const at = disclosedAt ?? now;
  if (at > now || at < yearsBefore(now)) {
    throw new Fault('invalid-input', {
      field: 'disclosedAt',
      detail: 'A disclosure was made within the last six years',
    });
  }
  const isOral = withheldInWriting !== true;
  if (withheldUntil && isOral && withheldUntil.getTime() > now.getTime() + ORAL_DAYS * DAY_MS) {
    const detail = `Without a written request it is left out for at most ${ORAL_DAYS} days: 45 CFR § 164.528(a)(2)(ii)`;
    throw new Fault('invalid-input', { field: 'withheldUntil', detail });
  }
  return {
    ...{
      id: newId(now),
      disclosedAt: at,
      source: 'recorded',
      recipient: recipient.trim(),
      purpose,
      description,
      table,
    },
    ...{ recipientAddress: request.recipientAddress ?? null, subjectKey: request.subjectKey ?? null },
    ...{ withheldUntil, actorId },
  };
}
