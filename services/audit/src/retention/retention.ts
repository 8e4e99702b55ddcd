import type { AuditRetentionTemplate } from '@tenantry/contracts';

const DAY_MS = 86_400_000;
/** How long a shorter time can be taken back. */
const NOTICE_MS = 30 * DAY_MS;

/** How long entries are kept after they were recorded; null is for ever. */
export interface Retention {
  readonly keepDays: number | null;
  readonly nextKeepDays: number | null;
  readonly nextAt: Date | null;
}

/** Without a row. */
export const FOR_EVER: Retention = { keepDays: null, nextKeepDays: null, nextAt: null };

/** What laws and standards ask for; examples and no legal advice. */
export const TEMPLATES: readonly AuditRetentionTemplate[] = [
  { name: 'pci_dss', keepDays: 366, source: 'PCI DSS 4.0, 10.5.1: twelve months' },
  { name: 'hipaa', keepDays: 2_192, source: '45 CFR § 164.316(b)(2)(i): six years' },
  { name: 'sox', keepDays: 2_557, source: '17 CFR § 210.2-06: seven years' },
];

/** What is in force at a time. */
export function inForce(retention: Retention, now: Date): Retention {
  const { nextKeepDays, nextAt } = retention;
  return nextAt && nextAt <= now ? { keepDays: nextKeepDays, nextKeepDays: null, nextAt: null } : retention;
}

/** Another time: a longer one at once, a shorter one after a notice. */
export function setRetention(before: Retention, keepDays: number | null, now: Date): Retention {
  const { keepDays: kept } = inForce(before, now);
  const isShorter = keepDays !== null && (kept === null || keepDays < kept);
  return isShorter
    ? { keepDays: kept, nextKeepDays: keepDays, nextAt: new Date(now.getTime() + NOTICE_MS) }
    : { keepDays, nextKeepDays: null, nextAt: null };
}

/** What was recorded before this is not kept any more. */
export function cutoffOf(keepDays: number, now: Date): Date {
  return new Date(now.getTime() - keepDays * DAY_MS);
}
