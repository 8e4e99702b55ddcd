import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { ANONYMOUS } from './exchange.js';

/** The gateway as itself: nobody asked for this. */
export function ownContext(timeoutMs: number): TenantContext {
  const request = {
    id: newId(),
    clientIp: null,
    userAgent: null,
    deadlineAtMs: Date.now() + timeoutMs,
    traceparent: null,
  };
  return {
    ...{
      tenantId: PLATFORM_TENANT_ID,
      ...ANONYMOUS.home,
      locationId: null,
      onBehalfOf: null,
      agentId: null,
      grantId: null,
    },
    ...{
      actor: { kind: 'service', id: 'gateway', role: null },
      purpose: 'reaction',
      permissions: [],
      credentialId: null,
    },
    ...{ whenSuspended: false, request, idempotency: null, signal: null },
  };
}
