import type { GrantSupportAccessRequest, SupportGrant as SupportGrantMessage } from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import type { GrantEntry } from '@tenantry/messaging';

/** What a tenant lets the platform's staff do with its rows, for a while. */
export interface SupportGrant {
  readonly id: string;
  /** Empty for all. */
  readonly tables: readonly string[];
  readonly access: 'read' | 'write';
  readonly reason: string;
  /** The only one of the staff who may use it. */
  readonly staffId: string | null;
  readonly grantedBy: string;
  readonly grantedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_LIFETIME_MS = 7 * DAY_MS;

/** @throws Fault `invalid-input` for a time that has passed or is more than seven days away */
export function openGrant(request: GrantSupportAccessRequest, ctx: TenantContext, now: Date): SupportGrant {
  const lifetimeMs = request.expiresAt.getTime() - now.getTime();
  if (lifetimeMs <= 0 || lifetimeMs > MAX_LIFETIME_MS) {
    throw new Fault('invalid-input', { field: 'expiresAt', detail: 'A support grant ends within seven days from now' });
  }
  return {
    id: newId(now),
    tables: request.tables,
    access: request.access === 'write' ? 'write' : 'read',
    reason: request.reason.trim(),
    staffId: request.staffId ?? null,
    grantedBy: ctx.actor.id,
    grantedAt: now,
    expiresAt: request.expiresAt,
    revokedAt: null,
  };
}

/** What the gateway must know to let staff in by it. Its first version is its last: a revoked one is taken out. */
export function grantEntry(grant: SupportGrant, tenantId: string): GrantEntry {
  const { tables, access, expiresAt, staffId } = grant;
  return {
    version: 1,
    tenantId,
    tables: tables.length > 0 ? tables : null,
    access,
    expiresAt: expiresAt.toISOString(),
    staffId,
  };
}

/** A grant as the contract spells it. */
export function grantMessage(grant: SupportGrant, now: Date): SupportGrantMessage {
  const status = grant.revokedAt ? 'revoked' : grant.expiresAt <= now ? 'expired' : 'active';
  return { ...grant, tables: [...grant.tables], status };
}
