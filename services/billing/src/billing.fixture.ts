import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';

/** Platform staff who may do everything, or less. */
export function staff(facts: Partial<TenantContext> = {}): TenantContext {
  return testContext(PLATFORM_TENANT_ID, { actor: { kind: 'user', id: newId(), role: 'super_admin' }, ...facts });
}
