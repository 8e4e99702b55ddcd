import { Fault } from '@tenantry/kernel';
import type { AgreementsEntry } from './entries.js';

type Agreement = AgreementsEntry['agreements'][number];

function isInForce({ effectiveAt, endsAt }: Agreement, now: Date): boolean {
  const nowMs = now.getTime();
  return Date.parse(effectiveAt) <= nowMs && (endsAt === null || Date.parse(endsAt) > nowMs);
}

/**
 * Whether the platform may take in health information of a tenant: only by a business associate agreement in force (45 CFR
 * § 164.502(e)). A tenant of which nobody knows one has none.
 */
export function mayKeepHealthData(entry: AgreementsEntry | undefined, now: Date): boolean {
  return entry?.agreements.some((one) => one.party === 'platform' && isInForce(one, now)) ?? false;
}

/** Whether health information may be passed on to somebody: an agreement in force must name them. */
export function mayPassHealthDataTo(entry: AgreementsEntry | undefined, name: string, now: Date): boolean {
  return entry?.agreements.some((one) => one.covers.includes(name) && isInForce(one, now)) ?? false;
}

/** What whoever lacks an agreement is told. */
export function agreementMissing(detail: string, field?: string): Fault {
  return new Fault('agreement-missing', { detail, ...(field === undefined ? {} : { field }) });
}
