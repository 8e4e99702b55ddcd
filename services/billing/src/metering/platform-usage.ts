import { createHash } from 'node:crypto';
import { newId } from '@tenantry/kernel';

/** Meters whose keys begin so are the platform's: tenants read them, and neither make, record nor stop them. */
export const PLATFORM_PREFIX = 'platform.';

/** Calls that the gateways let in. */
export const API_CALLS = `${PLATFORM_PREFIX}apiCalls`;

export function isPlatforms(keyOrType: string): boolean {
  return keyOrType.startsWith(PLATFORM_PREFIX);
}

/** What the platform counted of a tenant, as the ledger takes it. */
export interface PlatformEvent {
  readonly tenantId: string;
  /** The meter that is made for it when the tenant has none. */
  readonly newMeterId: string;
  readonly type: string;
  readonly id: string;
  readonly occurredAt: Date;
  readonly value: string;
  readonly fingerprint: Buffer;
}

/** One event a tenant, named by the report: it counts once, however often the report comes. */
export function gatewayCallEvents(report: {
  readonly reportId: string;
  readonly countedAt: Date;
  readonly tenants: readonly { readonly tenantId: string; readonly calls: number }[];
}): PlatformEvent[] {
  const { reportId, countedAt } = report;
  return report.tenants.map(({ tenantId, calls }) => ({
    ...{ tenantId, newMeterId: newId(), type: API_CALLS, id: reportId, occurredAt: countedAt, value: `${calls}` },
    fingerprint: createHash('sha256')
      .update(JSON.stringify([API_CALLS, tenantId, reportId, countedAt, calls]))
      .digest(),
  }));
}
