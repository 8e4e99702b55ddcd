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
  /** The user id of a member. */
  readonly subjectUserId: string | null;
  /** Conditions of the row API, which the data service reads. */
  readonly filter: string | null;
  /** Null where the data service has no part in it. */
  readonly rowsWhenPlaced: bigint | null;
  /** Null where no conversation can be about it. */
  readonly conversationsWhenPlaced: bigint | null;
  readonly placedBy: string;
  readonly placedAt: Date;
  readonly releasedBy: string | null;
  readonly releasedAt: Date | null;
  readonly releaseReason: string | null;
}

/** @throws Fault `invalid-input` when it is about nothing, or about rows of no table */
export function placeHold(request: PlaceLegalHoldRequest, placedBy: string, now: Date): LegalHold {
  const { name, reason, subjectEmail = null, table = null, subjectKey = null, filter = null } = request;
  const subjectUserId = request.subjectUserId ?? null;
  const about = { subjectEmail: subjectEmail?.toLowerCase() ?? null, subjectUserId, table, subjectKey, filter };
  assertAboutSomething(about);
  return {
    ...{ id: newId(now), name: name.trim(), reason, ...about, rowsWhenPlaced: null },
    conversationsWhenPlaced: null,
    ...{ placedBy, placedAt: now, releasedBy: null, releasedAt: null, releaseReason: null },
  };
}

type About = Pick<LegalHold, 'subjectEmail' | 'subjectUserId' | 'table' | 'subjectKey' | 'filter'>;

function assertAboutSomething({ subjectEmail, subjectUserId, table, subjectKey, filter }: About): void {
  if (subjectEmail === null && subjectUserId === null && table === null) {
    refuse('subjectEmail', 'Give subjectEmail, subjectUserId or table');
  }
  if (subjectKey !== null && table === null) {
    refuse('table', 'subjectKey is the value of a subject column: give its table, too');
  }
  if (filter !== null && (table === null || subjectKey !== null)) {
    refuse('filter', 'filter says which rows of a table are held: give its table, and no subjectKey');
  }
}

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

/** @throws Fault `conflict` when it was released already, `forbidden` when who placed it releases it */
export function releaseHold(hold: LegalHold, releasedBy: string, releaseReason: string, now: Date): LegalHold {
  if (hold.releasedAt !== null) throw new Fault('conflict', { detail: 'This hold was released already' });
  if (hold.placedBy === releasedBy) {
    throw new Fault('forbidden', { detail: 'Somebody else than who placed a hold must release it' });
  }
  return { ...hold, releasedBy, releaseReason, releasedAt: now };
}
