import { allowsAddress, Fault } from '@tenantry/kernel';

/** From where, and how fast, a tenant may be used. */
export interface AccessPolicy {
  readonly tenantId: string;
  /** Networks or single addresses; empty for any. */
  readonly allowedIps: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly ratePerS: number;
  readonly burst: number;
  readonly version: bigint;
  readonly updatedAt: Date;
}

/** What a new tenant may do. */
export function defaultPolicy(tenantId: string, now: Date): AccessPolicy {
  return { tenantId, allowedIps: [], corsOrigins: [], ratePerS: 100, burst: 1_000, version: 1n, updatedAt: now };
}

function change(policy: AccessPolicy, changes: Partial<AccessPolicy>, now: Date): AccessPolicy {
  return { ...policy, ...changes, version: policy.version + 1n, updatedAt: now };
}

/**
 * Replaces the networks and origins.
 * @throws Fault `invalid-input` when whoever asks could not come back to undo it
 */
export function restrictAccess(
  policy: AccessPolicy,
  restriction: {
    readonly allowedIps: readonly string[];
    readonly corsOrigins: readonly string[];
    readonly clientIp: string | null;
  },
  now: Date,
): AccessPolicy {
  const { allowedIps, corsOrigins, clientIp } = restriction;
  if (clientIp !== null && !allowsAddress(allowedIps, clientIp)) {
    throw new Fault('invalid-input', {
      field: 'allowedIps',
      detail: 'This would shut you out: your own address is in none of these networks',
    });
  }
  return change(policy, { allowedIps, corsOrigins }, now);
}

/** @throws Fault `invalid-input` when the burst is below the rate */
export function limitRate(
  policy: AccessPolicy,
  { ratePerS, burst }: { readonly ratePerS: number; readonly burst: number },
  now: Date,
): AccessPolicy {
  if (burst < ratePerS) throw new Fault('invalid-input', { field: 'burst', detail: 'burst must be at least ratePerS' });
  return change(policy, { ratePerS, burst }, now);
}
