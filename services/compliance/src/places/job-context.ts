import { Injectable } from '@nestjs/common';
import { HOME_CELL } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';

const DEADLINE_MS = 30 * 60_000;

/** Who it is when compliance goes on with a plan by itself: the service, for the one who started it. */
@Injectable()
export class JobContexts {
  constructor(
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /** @param requestId names the work in the audit log: the same plan, the same id */
  of(tenantId: string, requestId: string, onBehalfOf: string, signal: AbortSignal): TenantContext {
    const entry = this.directories.tenants.get(tenantId);
    return {
      tenantId,
      cell: entry?.cell ?? HOME_CELL,
      mode: entry?.mode ?? 'pool',
      organizationId: entry?.organizationId ?? null,
      locationId: null,
      actor: { kind: 'service', id: 'compliance', role: null },
      onBehalfOf,
      agentId: null,
      grantId: null,
      purpose: 'compliance',
      permissions: [],
      credentialId: null,
      whenSuspended: true,
      request: {
        id: requestId,
        clientIp: null,
        userAgent: null,
        deadlineAtMs: this.clock.now().getTime() + DEADLINE_MS,
        traceparent: null,
      },
      idempotency: null,
      signal,
    };
  }
}
