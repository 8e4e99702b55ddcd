import { allowsAddress, Fault } from '@tenantry/kernel';

/** From where, and how fast, a tenant may be used. */
export interface AccessPolicy {
  readonly tenantId: string;
  /** Networks or single addresses; empty for any. */
  readonly allowedIps: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly ratePerS: number;
  readonly burst: number;
  /** How long a session lasts at most; null for as long as any. */
  readonly maxSessionHours: number | null;
  /** Who may export rows; empty for whoever may read them. */
  readonly exportRoles: readonly string[];
  /** How long passwords are at least; null for as long as everybody's. */
  readonly passwordMinLength: number | null;
  /** How many of the last passwords are not taken again; null for none. */
  readonly passwordHistory: number | null;
  /** How many days passwords are good for; null for ever. */
  readonly passwordMaxAgeDays: number | null;
  readonly version: bigint;
  readonly updatedAt: Date;
}

/** What a new tenant may do. */
export function defaultPolicy(tenantId: string, now: Date): AccessPolicy {
  const open = { allowedIps: [], corsOrigins: [], maxSessionHours: null, exportRoles: [] };
  const passwords = { passwordMinLength: null, passwordHistory: null, passwordMaxAgeDays: null };
  return { tenantId, ...open, ...passwords, ratePerS: 100, burst: 1_000, version: 1n, updatedAt: now };
}

function change(policy: AccessPolicy, changes: Partial<AccessPolicy>, now: Date): AccessPolicy {
  return { ...policy, ...changes, version: policy.version + 1n, updatedAt: now };
}

/** What a tenant decides itself. */
type Rules = Pick<
  AccessPolicy,
  | 'allowedIps'
  | 'corsOrigins'
  | 'maxSessionHours'
  | 'exportRoles'
  | 'passwordMinLength'
  | 'passwordHistory'
  | 'passwordMaxAgeDays'
>;

/**
 * Replaces the networks, origins and rules.
 * @throws Fault `invalid-input` when whoever asks could not come back to undo it
 */
export function restrictAccess(
  policy: AccessPolicy,
  { clientIp, ...rules }: Rules & { readonly clientIp: string | null },
  now: Date,
): AccessPolicy {
  if (clientIp !== null && !allowsAddress(rules.allowedIps, clientIp)) {
    throw new Fault('invalid-input', {
      field: 'allowedIps',
      detail: 'This would shut you out: your own address is in none of these networks',
    });
  }
  return change(policy, rules, now);
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
