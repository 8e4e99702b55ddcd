import { sql, type Transaction } from '@tenantry/database';
import { addRollups } from '../usage/usage-rollup.table.js';
import { API_CALLS, type PlatformEvent } from './platform-usage.js';

/** Makes the platform's meter for the tenants that have none yet. */
export async function ensureMeters(tx: Transaction, events: readonly PlatformEvent[]): Promise<void> {
  const tenantIds = events.map(({ tenantId }) => tenantId);
  await tx.execute(sql`
    insert into billing.meter (tenant_id, id, key, aggregation, event_type, group_by, unit, created_at)
    select given.tenant_id, given.id, ${API_CALLS}, 'sum', ${API_CALLS}, '{}', 'calls', clock_timestamp()
    from unnest(${tenantIds}::uuid[], ${events.map(({ newMeterId }) => newMeterId)}::uuid[]) as given (tenant_id, id)
    where not exists (select from billing.meter known
      where known.tenant_id = given.tenant_id and known.key = ${API_CALLS} and known.archived_at is null)
    order by given.tenant_id
    on conflict (tenant_id, key) where archived_at is null do nothing`);
}

/** Writes events of many tenants of one time zone, and what they add up to; answers those that were not there. */
export async function insertPlatformEvents(
  tx: Transaction,
  events: readonly PlatformEvent[],
  timeZone: string,
): Promise<PlatformEvent[]> {
  const each = <T>(value: (event: PlatformEvent) => T): T[] => events.map(value);
  const fresh = await tx.query<{ tenantId: string }>(sql`
    with fresh as (
      insert into billing.usage_event (tenant_id, type, id, batch_id, meter_ids, occurred_at, recorded_at, value, properties, fingerprint)
      select given.tenant_id, given.type, given.id, given.id::uuid, array[m.id], given.occurred_at, clock_timestamp(), given.value, '{}',
        given.fingerprint
      from unnest(${each((e) => e.tenantId)}::uuid[], ${each((e) => e.type)}::text[], ${each((e) => e.id)}::text[],
        ${each((e) => e.occurredAt)}::timestamptz[], ${each((e) => e.value)}::numeric[], ${each((e) => e.fingerprint)}::bytea[])
        as given (tenant_id, type, id, occurred_at, value, fingerprint)
      join billing.meter m on m.tenant_id = given.tenant_id and m.key = given.type and m.archived_at is null
      order by given.tenant_id
      on conflict (tenant_id, type, id) do nothing
      returning *
    ), ${addRollups(sql`fresh`, timeZone)}
    select tenant_id as "tenantId" from fresh`);
  const recorded = new Set(fresh.map(({ tenantId }) => tenantId));
  return events.filter(({ tenantId }) => recorded.has(tenantId));
}
