import { parseWitness } from '@tenantry/audit-proofs';
import type { ReplaceAuditAnchoringRequest } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';

/** Where a tenant wants its log's heads, besides the write-once store. */
export interface Anchoring {
  readonly email: string | null;
  readonly witnessUrl: string | null;
  /** Its verifier key; there exactly when the address is. */
  readonly witnessKey: string | null;
}

export const NO_ANCHORING: Anchoring = { email: null, witnessUrl: null, witnessKey: null };

/** @throws Fault `invalid-input` for half a witness, or a key that is none */
export function toAnchoring(request: ReplaceAuditAnchoringRequest): Anchoring {
  const { email = null, witnessUrl = null, witnessKey = null } = request;
  if ((witnessUrl === null) !== (witnessKey === null)) {
    const field = witnessUrl === null ? 'witnessUrl' : 'witnessKey';
    throw new Fault('invalid-input', { field, detail: 'A witness has an address and a key' });
  }
  if (witnessKey !== null) assertWitnessKey(witnessKey);
  return { email, witnessUrl, witnessKey: witnessKey && witnessKey.trim() };
}

function assertWitnessKey(text: string): void {
  try {
    parseWitness(text);
  } catch (cause) {
    throw new Fault('invalid-input', { field: 'witnessKey', detail: (cause as Error).message, cause });
  }
}
