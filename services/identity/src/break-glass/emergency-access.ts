import type { BreakGlassRequest, EmergencyAccess as EmergencyAccessMessage } from '@tenantry/contracts';
import { Fault, newId } from '@tenantry/kernel';
import type { GrantEntry } from '@tenantry/messaging';

/** Emergency access of one of the platform's staff to some tables of a tenant: an emergency access procedure (45 CFR § 164.312(a)(2)(ii)). */
export interface EmergencyAccess {
  readonly id: string;
  readonly staffId: string;
  readonly tables: readonly string[];
  readonly reason: string;
  readonly openedAt: Date;
  readonly endsAt: Date;
  readonly endedBy: string | null;
  readonly attestBy: Date;
  readonly attestation: string | null;
  readonly attestedAt: Date | null;
}

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = 30;
/** How long whoever had access may take to say what they did. */
const ATTEST_MS = 24 * 60 * MINUTE_MS;

const attestBy = (endsAt: Date): Date => new Date(endsAt.getTime() + ATTEST_MS);

export function openAccess(
  { tables, reason, minutes }: BreakGlassRequest,
  staffId: string,
  now: Date,
): EmergencyAccess {
  const endsAt = new Date(now.getTime() + (minutes ?? DEFAULT_MINUTES) * MINUTE_MS);
  return {
    ...{ id: newId(now), staffId, tables, reason: reason.trim(), openedAt: now, endsAt, endedBy: null },
    ...{ attestBy: attestBy(endsAt), attestation: null, attestedAt: null },
  };
}

/** Ends an access now; one that is over already stays as it is. */
export function endAccess(access: EmergencyAccess, endedBy: string, now: Date): EmergencyAccess {
  return access.endsAt <= now ? access : { ...access, endsAt: now, endedBy, attestBy: attestBy(now) };
}

/** @throws Fault `forbidden` for anybody else's access, `conflict` while it is open or when it was attested already */
export function attestAccess(access: EmergencyAccess, by: string, attestation: string, now: Date): EmergencyAccess {
  if (access.staffId !== by) throw new Fault('forbidden', { detail: 'Whoever had the access says what they did' });
  if (access.endsAt > now) throw new Fault('conflict', { detail: 'The access is still open; end it first' });
  if (access.attestedAt) throw new Fault('conflict', { detail: 'This access was attested already' });
  return { ...access, attestation: attestation.trim(), attestedAt: now };
}

/** What the gateway must know to let them in: a grant for one person, to read. Its first version is its last. */
export function accessEntry({ tables, endsAt, staffId }: EmergencyAccess, tenantId: string): GrantEntry {
  return { version: 1, tenantId, tables, access: 'read', expiresAt: endsAt.toISOString(), staffId };
}

/** An access as the contract spells it. */
export function accessMessage(access: EmergencyAccess, now: Date): EmergencyAccessMessage {
  const { endsAt, attestBy: due, attestedAt } = access;
  const left = due <= now ? 'overdue' : 'unattested';
  const status = endsAt > now ? 'open' : attestedAt ? 'attested' : left;
  return { ...access, tables: [...access.tables], status };
}
