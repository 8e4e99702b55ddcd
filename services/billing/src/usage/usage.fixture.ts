import {
  createMeter,
  getUsage,
  recordUsage,
  UsageEvent,
  type CreateMeterRequest,
  type Meter,
  type RecordUsageResponse,
} from '@tenantry/contracts';
import { eventually, type Tenants, type TestTenant } from '@tenantry/testing';

/** Whoever calls as a tenant. */
export type Caller = Pick<TestTenant, 'call'>;

/** A meter of the kind, and what else the test says. */
export function meterOf(tenant: Caller, more: Partial<CreateMeterRequest>): Promise<Meter> {
  return tenant.call(createMeter, { aggregation: 'sum', ...more });
}

/** A usage event of which a test says only what it is about. */
export function usage(id: string, more: Partial<UsageEvent>): UsageEvent {
  return Object.assign(new UsageEvent(), { id, ...more });
}

export function record(tenant: Caller, ...events: UsageEvent[]): Promise<RecordUsageResponse> {
  return tenant.call(recordUsage, { events });
}

/** What a meter counted in the last 36 days and the next hours. */
export async function total(tenant: Caller, meter: string): Promise<number> {
  const from = new Date(Date.now() - 36 * 86_400_000);
  const { data } = await tenant.call(getUsage, { meter, from, to: new Date(Date.now() + 3_600_000) });
  return data[0]?.value ?? 0;
}

/** Waits until a statement waits for a lock that another transaction holds. */
export async function untilBlocked({ database }: Tenants): Promise<void> {
  const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await eventually(async () => (await database.admin(blocked)).length > 0);
}
