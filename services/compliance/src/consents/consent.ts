import type { ConsentAnswer, RecordConsentRequest } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';

/** What somebody said once. `proof` is sealed once the record is kept. */
export interface ConsentRecord {
  readonly id: string;
  readonly subject: string;
  readonly purpose: string;
  readonly action: string;
  readonly version: string;
  readonly source: string;
  readonly proof: string | null;
  readonly expiresAt: Date | null;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

/** How a purpose is decided. */
export interface ConsentPurpose {
  readonly purpose: string;
  readonly model: string;
  readonly version: string;
  readonly askAgain: boolean;
  readonly honoursGpc: boolean;
  readonly setAt: Date;
}

/** The latest record of a purpose, and how it is decided; null where there is none. */
export interface ConsentState {
  readonly purpose: string;
  readonly latest: Pick<ConsentRecord, 'action' | 'version' | 'expiresAt' | 'recordedAt'> | null;
  readonly rule: Pick<ConsentPurpose, 'model' | 'version' | 'askAgain' | 'honoursGpc'> | null;
}

/** @throws Fault `invalid-input` for a yes by a signal that only says no, or one that has ended already */
export function openRecord(request: RecordConsentRequest, recordedBy: string, now: Date): ConsentRecord {
  const { subject, purpose, action, version, source, proof = null, expiresAt = null } = request;
  if (source === 'gpc' && action !== 'withdrawn') {
    throw new Fault('invalid-input', {
      field: 'action',
      detail: 'Global Privacy Control says no: it can not give consent',
    });
  }
  if (expiresAt !== null && (action !== 'given' || expiresAt <= now)) {
    throw new Fault('invalid-input', {
      field: 'expiresAt',
      detail: 'Only a consent that is given ends, and later than now',
    });
  }
  return {
    ...{ id: newId(now), subject, purpose, action, version, source, proof, expiresAt },
    recordedBy,
    recordedAt: now,
  };
}

/**
 * Whether a purpose is allowed. Nothing is without a yes (GDPR Art. 6(1)(a), Art. 7), unless the purpose is one that people may only refuse; the browser's signal
 * is a no wherever it is honoured (11 CCR 7025).
 */
export function answerOf(state: ConsentState, gpc: boolean, now: Date): ConsentAnswer {
  const { purpose, latest, rule } = state;
  const refusal = gpc && rule?.honoursGpc ? 'gpc' : rule?.model === 'opt_out' ? refused(state) : missing(state, now);
  const reason = refusal ?? (latest ? 'given' : 'not_refused');
  return {
    purpose,
    allowed: refusal === null,
    reason,
    version: latest?.version ?? null,
    recordedAt: latest?.recordedAt,
  };
}

/** What was said against it. */
function refused({ latest }: ConsentState): 'withdrawn' | null {
  return latest?.action === 'withdrawn' ? 'withdrawn' : null;
}

/** Why there is no yes that counts. */
function missing(state: ConsentState, now: Date): string | null {
  const { latest, rule } = state;
  if (!latest) return 'not_asked';
  if (refused(state)) return 'withdrawn';
  if (latest.expiresAt !== null && latest.expiresAt <= now) return 'expired';
  return rule?.askAgain && latest.version !== rule.version ? 'older_words' : null;
}
