import { HOME_CELL } from '@tenantry/database';
import { type TenantContext, newId } from '@tenantry/kernel';

const DEADLINE_MS = 30_000;

/** A verified context of an owner of the tenant; a test says only what it is about. */
export function testContext(tenantId: string, facts: Partial<TenantContext> = {}): TenantContext {
  return {
    tenantId,
    cell: HOME_CELL,
    mode: 'pool',
    organizationId: null,
    locationId: null,
    actor: { kind: 'user', id: newId(), role: 'owner' },
    onBehalfOf: null,
    agentId: null,
    grantId: null,
    purpose: 'request',
    permissions: ['*'],
    credentialId: newId(),
    whenSuspended: false,
    request: {
      id: newId(),
      clientIp: '203.0.113.7',
      userAgent: 'test',
      deadlineAtMs: Date.now() + DEADLINE_MS,
      traceparent: null,
    },
    origin: null,
    idempotency: null,
    signal: null,
    ...facts,
  };
}
