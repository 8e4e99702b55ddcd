import { HOME_CELL } from '@tenantry/database';
import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';

const TIMEOUT_MS = 10_000;

/** The data service as itself: nobody asked for this. */
export function serviceContext(): TenantContext {
  return {
    ...{ tenantId: PLATFORM_TENANT_ID, cell: HOME_CELL, mode: 'pool', organizationId: null, locationId: null },
    actor: { kind: 'service', id: 'data', role: null },
    ...{ onBehalfOf: null, agentId: null, grantId: null, purpose: 'reaction', permissions: [], credentialId: null },
    whenSuspended: true,
    request: { id: newId(), clientIp: null, userAgent: null, deadlineAtMs: Date.now() + TIMEOUT_MS, traceparent: null },
    ...{ idempotency: null, signal: null },
  };
}
