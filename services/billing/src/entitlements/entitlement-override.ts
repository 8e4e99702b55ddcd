import { Fault } from '@tenantry/kernel';
import { isQuota, type Entitlement } from '@tenantry/messaging';
import { isFeatureValue } from '../plans/plan.js';
import { quantityText } from '../quantity.js';

/** What staff gave or took from one tenant, whatever its plan says. */
export interface EntitlementOverride {
  readonly tenantId: string;
  readonly feature: string;
  readonly entitlement: Entitlement;
  readonly reason: string;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

/** What staff ask for: exactly one of `enabled`, `value` and `limit`. */
export interface OverrideWish {
  readonly tenantId: string;
  readonly feature: string;
  readonly enabled?: boolean | null;
  readonly value?: unknown;
  readonly limit?: number | null;
  readonly reason: string;
  readonly expiresAt?: Date | null;
}

/** More overrides than this are a plan of their own. */
export const MAX_OVERRIDES = 200;

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

function wishedEntitlement({ feature, enabled, value, limit }: OverrideWish): Entitlement {
  const given = [enabled, value, limit].filter((one) => one !== undefined && one !== null);
  if (given.length !== 1) refuse('enabled', 'Give exactly one of enabled, value and limit');
  if (typeof enabled === 'boolean') return { kind: 'boolean', enabled };
  if (typeof limit === 'number') {
    quantityText(limit, 'limit');
    return { kind: 'metered', limit };
  }
  if (isQuota(feature))
    refuse('limit', `${feature} limits rows: give limit, or enabled: true for as many as there are`);
  if (!isFeatureValue(value)) refuse('value', 'A value is a boolean, a number or a text of at most 500 characters');
  return { kind: 'static', value };
}

/** @throws Fault `invalid-input` naming the field */
export function overrideEntitlement(wish: OverrideWish, now: Date): EntitlementOverride {
  const { tenantId, feature, expiresAt = null } = wish;
  const reason = wish.reason.trim();
  if (!reason) refuse('reason', 'Say why, in at least one visible character');
  if (expiresAt && expiresAt <= now) refuse('expiresAt', 'expiresAt must be in the future');
  return { tenantId, feature, entitlement: wishedEntitlement(wish), reason, expiresAt, createdAt: now };
}
