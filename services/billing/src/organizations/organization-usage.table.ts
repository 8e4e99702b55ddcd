import { sql, type Sql } from '@tenantry/database';
import type { Meter } from '../meters/meter.js';
import type { Rows } from '../plans/plan.table.js';
import { aggregates } from '../usage/usage-hour.table.js';
import type { OrganizationQuestion, TenantCalendar } from './organization-usage.js';

/** What was used in one window, by one tenant or all together. */
export interface OrganizationUsageRow {
  /** The window's first day. */
  readonly start: string;
  readonly tenantId: string | null;
  readonly value: number;
}

/** How the tenants' meters of a key count. */
export async function kindsOfMeters(
  rows: Rows,
  tenantIds: readonly string[],
  key: string,
): Promise<Meter['aggregation'][]> {
  const found = await rows.query<Pick<Meter, 'aggregation'>>(sql`select distinct aggregation from billing.meter
    where tenant_id = any (${tenantIds}::uuid[]) and key = ${key} and archived_at is null order by aggregation`);
  return found.map(({ aggregation }) => aggregation);
}

/** The tenants' hours, each with the day that it has in its tenant's calendar. */
function hoursOf(tenants: readonly TenantCalendar[], { key, kind, from, to }: OrganizationQuestion): Sql {
  const [ids, zones] = [tenants.map(({ id }) => id), tenants.map(({ timeZone }) => timeZone)];
  const hours = kind === 'unique' ? sql`billing.usage_distinct h` : sql`billing.usage_hour h`;
  return sql`select h.*, h.hour at time zone t.time_zone as local_time
    from unnest(${ids}::uuid[], ${zones}::text[]) as t (tenant_id, time_zone)
    join billing.meter m on m.tenant_id = t.tenant_id and m.key = ${key} and m.archived_at is null
    join ${hours} on h.tenant_id = m.tenant_id and h.meter_id = m.id
      and h.hour >= ${from}::timestamp at time zone t.time_zone and h.hour < ${to}::timestamp at time zone t.time_zone
    ${kind === 'unique' ? sql`` : sql`where h.count > 0`}`;
}

/** Windows and tenants, the oldest first. The meters of all tenants are of the question's kind. */
export async function listOrganizationUsage(
  rows: Rows,
  tenants: readonly TenantCalendar[],
  question: OrganizationQuestion,
  limit: number,
): Promise<OrganizationUsageRow[]> {
  const { kind, window, isByTenant, from, after } = question;
  const start = window === 'total' ? sql`${from}::date` : sql`date_trunc(${window}, h.local_time)::date`;
  const tenant = isByTenant ? sql`h.tenant_id` : sql`null::uuid`;
  const wasGiven = isByTenant
    ? sql`(h.start, h.tenant) <= (${after?.start ?? null}::date, ${after?.tenantId ?? null}::uuid)`
    : sql`h.start <= ${after?.start ?? null}::date`;
  return rows.query<OrganizationUsageRow>(sql`
    select h.start::text as start, h.tenant as "tenantId", (${aggregates[kind]})::float8 as value
    from (select h.*, ${start} as start, ${tenant} as tenant from (${hoursOf(tenants, question)}) h) h
    where ${after === null} or not ${wasGiven}
    group by h.start, h.tenant order by h.start, h.tenant limit ${limit}`);
}
