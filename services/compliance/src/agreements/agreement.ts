import type { Agreement as AgreementMessage, RegisterAgreementRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import { addDays, endOfDay, isDay, type Day } from '../clock/day.js';

/** A business associate agreement (45 CFR § 164.504(e)): with the platform, or with somebody who gets health information from the tenant. */
export interface Agreement {
  readonly id: string;
  readonly party: 'platform' | 'subcontractor';
  readonly counterparty: string;
  readonly version: string;
  readonly provider: string | null;
  readonly subcontractors: readonly string[];
  readonly effectiveOn: Day;
  readonly endsOn: Day | null;
  /** Where the tenant is, the first day begins then. */
  readonly effectiveAt: Date;
  readonly endsAt: Date | null;
  readonly registeredBy: string;
  readonly registeredAt: Date;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}

/** Who registers what, where and when. */
interface Registration {
  readonly party: Agreement['party'];
  readonly by: string;
  readonly timeZone: string;
  readonly now: Date;
}

/** An agreement as it was signed. @throws Fault `invalid-input` for days that don't exist, or that end before they begin or already have */
export function registerAgreement(
  request: Pick<RegisterAgreementRequest, 'counterparty' | 'version' | 'subcontractors' | 'effectiveOn'> &
    Partial<Pick<RegisterAgreementRequest, 'provider' | 'endsOn'>>,
  { party, by, timeZone, now }: Registration,
): Agreement {
  const { counterparty, version, provider = null, subcontractors, effectiveOn, endsOn = null } = request;
  requireDay(effectiveOn, 'effectiveOn');
  if (endsOn !== null) requireDay(endsOn, 'endsOn');
  const effectiveAt = endOfDay(addDays(effectiveOn, -1), timeZone);
  const endsAt = endsOn === null ? null : endOfDay(endsOn, timeZone);
  if (endsAt && endsAt <= effectiveAt) {
    throw new Fault('invalid-input', { field: 'endsOn', detail: 'An agreement ends on its first day or later' });
  }
  if (endsAt && endsAt <= now) {
    throw new Fault('invalid-input', { field: 'endsOn', detail: 'An agreement that is over already covers nothing' });
  }
  return {
    ...{ id: newId(now), party, counterparty: counterparty.trim(), version: version.trim(), provider },
    ...{ subcontractors: subcontractors.map((name) => name.trim()), effectiveOn, endsOn, effectiveAt, endsAt },
    ...{ registeredBy: by, registeredAt: now, endedBy: null, endedAt: null, endReason: null },
  };
}

function requireDay(day: Day, field: string): void {
  if (!isDay(day)) throw new Fault('invalid-input', { field, detail: `${field} is no day of the calendar` });
}

/** @throws Fault `conflict` for one that is over already */
export function endAgreement(agreement: Agreement, endedBy: string, endReason: string, now: Date): Agreement {
  if (agreement.endedAt) throw new Fault('conflict', { detail: 'This agreement was ended already' });
  if (agreement.endsAt && agreement.endsAt <= now) {
    throw new Fault('conflict', { detail: 'This agreement has lapsed already' });
  }
  return { ...agreement, endedBy, endReason, endedAt: now };
}

/** What an agreement is at a moment. */
export function statusOf({ effectiveAt, endsAt, endedAt }: Agreement, now: Date): AgreementMessage['status'] {
  if (endedAt) return 'ended';
  if (endsAt && endsAt <= now) return 'lapsed';
  return effectiveAt <= now ? 'in_force' : 'scheduled';
}

/** An agreement as the contract spells it. */
export function agreementMessage(agreement: Agreement, now: Date): AgreementMessage {
  const { id, party, counterparty, version, provider, effectiveOn, endsOn } = agreement;
  const { registeredBy, registeredAt, endedBy, endedAt, endReason, subcontractors } = agreement;
  return {
    ...{ id, party, counterparty, version, provider, subcontractors: [...subcontractors], effectiveOn, endsOn },
    ...{ status: statusOf(agreement, now), registeredBy, registeredAt, endedBy, endedAt, endReason },
  };
}
