import type { PlaceLegalHoldRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';

/** What must be kept. `reason` and `releaseReason` are sealed once the hold is kept. */
export interface LegalHold {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
  readonly subjectEmail: string | null;
  readonly table: string | null;
  readonly subjectKey: string | null;
  readonly placedBy: string;
  readonly placedAt: Date;
  readonly releasedBy: string | null;
  readonly releasedAt: Date | null;
  readonly releaseReason: string | null;
}

/** @throws Fault `invalid-input` when it is about nothing, or about a row of no table */
export function placeHold(request: PlaceLegalHoldRequest, placedBy: string, now: Date): LegalHold {
  const { name, reason, subjectEmail = null, table = null, subjectKey = null } = request;
  if (subjectEmail === null && table === null) {
    throw new Fault('invalid-input', { field: 'subjectEmail', detail: 'Give subjectEmail or table, or both' });
  }
  if (subjectKey !== null && table === null) {
    throw new Fault('invalid-input', { field: 'table', detail: 'subjectKey is the key of a row: give its table, too' });
  }
  return {
    ...{
      id: newId(now),
      name: name.trim(),
      reason,
      subjectEmail: subjectEmail?.toLowerCase() ?? null,
      table,
      subjectKey,
    },
    ...{ placedBy, placedAt: now, releasedBy: null, releasedAt: null, releaseReason: null },
  };
}

/** @throws Fault `conflict` when it was released already, `forbidden` when who placed it releases it */
export function releaseHold(hold: LegalHold, releasedBy: string, releaseReason: string, now: Date): LegalHold {
  if (hold.releasedAt !== null) throw new Fault('conflict', { detail: 'This hold was released already' });
  if (hold.placedBy === releasedBy) {
    throw new Fault('forbidden', { detail: 'Somebody else than who placed a hold must release it' });
  }
  return { ...hold, releasedBy, releaseReason, releasedAt: now };
}
