import { Fault, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { Directories, TenantEntry } from '@tenantry/messaging';

/** How long news of a tenant may take from the registry to here. */
const NEWS_MS = 500;

/**
 * For staff who name a tenant. One that was made a moment ago is waited for, the platform itself is none.
 * @throws Fault `not-found`
 */
export async function requireTenant({ tenants }: Directories, tenantId: string): Promise<TenantEntry> {
  const tenant = tenantId === PLATFORM_TENANT_ID ? undefined : await tenants.waitFor(tenantId, NEWS_MS);
  if (!tenant) throw new Fault('not-found');
  return tenant;
}

/** Waits a moment for the news that a tenant has a plan; says whether it came. */
export async function awaitPlan({ entitlements }: Directories, tenantId: string): Promise<boolean> {
  return (await entitlements.waitFor(tenantId, NEWS_MS)) !== undefined;
}
