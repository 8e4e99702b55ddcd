import type { ErasureProof } from '@tenantry/contracts';
import type { PlanPlace, SubjectPlan } from '../places/plan.js';
import type { ErasedPlace, ErasedRows, ErasedServices, ErasedValues } from './erasure-plan.js';

/** Copies of events that told of the rows, sealed, leave the outbox and the stream after so many days. */
const MESSAGES_KEPT_DAYS = 7;
const DAY_MS = 86_400_000;
const RESTRICTED = 'Under a legal hold: nobody works with it, and it is erased when the hold is released';

/** What an erasure's certificate is made of. */
export interface CertificateFacts {
  readonly tenantId: string;
  readonly plan: SubjectPlan;
  readonly places: readonly PlanPlace[];
  readonly rows: ErasedRows;
  readonly services: ErasedServices;
  readonly values: ErasedValues;
  readonly proof: ErasureProof;
  readonly backups: string;
  readonly keyBackups: string;
  readonly now: Date;
}

/**
 * The certificate as one line of JSON: what was done where, how many times, by what method, on whose approval; what was kept and why; what is still to expire; and
 * the proof that the erasure is in the audit log. It does not say who the person was.
 */
export function printCertificate({
  tenantId,
  plan,
  places,
  rows,
  services,
  values,
  proof,
  backups,
  keyBackups,
  now,
}: CertificateFacts): string {
  const expiresAt = new Date(Date.parse(rows.erasedAt) + MESSAGES_KEPT_DAYS * DAY_MS);
  return JSON.stringify({
    version: 1,
    erasure: plan.id,
    tenantId,
    request: plan.requestId,
    plan: {
      digest: plan.digest,
      by: plan.createdBy,
      at: plan.createdAt,
      approvedBy: plan.approvedBy,
      approvedAt: plan.approvedAt,
    },
    rows: {
      method: 'deleted, or classified columns emptied',
      at: rows.erasedAt,
      total: rows.rows,
      places: rows.places,
    },
    services: {
      method: 'deleted, or values emptied, by the services that had them',
      places: services.places,
    },
    auditValues: {
      method: 'sealed values and their salts deleted; commitments stay',
      at: values.erasedAt,
      entries: values.entries,
      values: values.values,
    },
    keysDestroyed: keysOf(rows, services),
    exceptions: [
      ...places
        .filter(isException)
        .map(({ service, place, facts }) => ({ service, place, action: facts.action, reason: facts.reason })),
      ...services.places.filter(isRestricted).map((one) => ({ ...one, reason: RESTRICTED })),
    ],
    byHand: places
      .filter(({ kind }) => kind === 'task')
      .map(({ service, place, status }) => ({ service, place, status })),
    expires: [
      {
        what: 'events of the rows, in the stream and in outboxes, with values that no key opens any more',
        at: expiresAt,
      },
      { what: 'backups of the keys', at: keyBackups },
      { what: 'backups', at: backups },
    ],
    issuedAt: now,
    proof: {
      leaf: proof.leaf,
      leafIndex: proof.proof!.leafIndex.toString(),
      hashes: proof.proof!.hashes,
      checkpoint: proof.proof!.checkpoint!.note,
    },
  });
}

/** What sealed the values of the person in events and in the audit log. */
function keysOf({ keys }: ErasedRows, { keys: others = [] }: ErasedServices): object {
  const ids = [...(keys?.ids ?? []), ...others];
  return { count: (BigInt(keys?.count ?? 0) + BigInt(others.length)).toString(), ids };
}

/** A legal hold narrows erasure to restriction (GDPR Arts. 17(3)(e) and 18(1)(c)). */
function isRestricted({ action }: ErasedPlace): boolean {
  return action === 'restrict';
}

function isException({ kind, facts }: PlanPlace): boolean {
  return kind !== 'task' && (facts.action === 'keep' || facts.action === 'mask' || facts.action === 'unlink');
}
