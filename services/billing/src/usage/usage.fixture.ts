import {
  createMeter,
  getUsage,
  recordUsage,
  UsageEvent,
  type CreateMeterRequest,
  type Meter,
  type RecordUsageResponse,
} from '@tenantry/contracts';
import type { TestTenant } from '@tenantry/testing';

/** A meter of the kind, and what else the test says. */
export function meterOf(tenant: TestTenant, more: Partial<CreateMeterRequest>): Promise<Meter> {
  return tenant.call(createMeter, { aggregation: 'sum', ...more });
}

/** A usage event of which a test says only what it is about. */
export function usage(id: string, more: Partial<UsageEvent>): UsageEvent {
  return Object.assign(new UsageEvent(), { id, ...more });
}

export function record(tenant: TestTenant, ...events: UsageEvent[]): Promise<RecordUsageResponse> {
  return tenant.call(recordUsage, { events });
}

/** What a meter counted in the last 36 days and the next hours. */
export async function total(tenant: TestTenant, meter: string): Promise<number> {
  const from = new Date(Date.now() - 36 * 86_400_000);
  const { data } = await tenant.call(getUsage, { meter, from, to: new Date(Date.now() + 3_600_000) });
  return data[0]?.value ?? 0;
}
