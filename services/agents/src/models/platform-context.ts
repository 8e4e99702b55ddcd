import { HOME_CELL } from '@tenantry/database';
import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';

const TIMEOUT_MS = 10_000;

/** The service's own context, for what belongs to the platform or must be done whoever asked has gone. */
export function serviceContext(tenantId: string, facts: Partial<TenantContext> = {}): TenantContext {
  return {
    ...{ tenantId, cell: HOME_CELL, mode: 'pool', organizationId: null, locationId: null },
    actor: { kind: 'service', id: 'agents', role: null },
    ...{ onBehalfOf: null, agentId: null, grantId: null, purpose: 'reaction', permissions: [], credentialId: null },
    whenSuspended: true,
    request: { id: newId(), clientIp: null, userAgent: null, deadlineAtMs: Date.now() + TIMEOUT_MS, traceparent: null },
    ...{ idempotency: null, signal: null },
    ...facts,
  };
}

/** The context in which the platform's own rows are read. */
export function platformContext(): TenantContext {
  return serviceContext(PLATFORM_TENANT_ID);
}
