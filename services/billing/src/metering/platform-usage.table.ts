import { sql, type Transaction } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { addRollups } from '../usage/usage-rollup.table.js';
import { platformMeters, type PlatformEvent } from './platform-usage.js';

/** Makes the platform's meters that count these events, for the tenants that have none yet. */
export async function ensureMeters(tx: Transaction, events: readonly PlatformEvent[]): Promise<void> {
  const types = new Set(events.map(({ type }) => type));
  const meters = JSON.stringify(platformMeters.filter(({ eventType }) => types.has(eventType)));
  const tenantIds = [...new Set(events.map(({ tenantId }) => tenantId))];
  await tx.execute(sql`
    insert into billing.meter (tenant_id, id, key, aggregation, event_type, value_property, group_by, unit, created_at)
    select t.tenant_id, uuidv7(), m.key, m.aggregation, m."eventType", m."valueProperty",
      array(select jsonb_array_elements_text(m."groupBy")), m.unit, clock_timestamp()
    from unnest(${tenantIds}::uuid[]) as t (tenant_id), jsonb_to_recordset(${meters}::jsonb)
      as m (key text, aggregation text, "eventType" text, "valueProperty" text, "groupBy" jsonb, unit text)
    where not exists (select from billing.meter known
      where known.tenant_id = t.tenant_id and known.key = m.key and known.archived_at is null)
    order by t.tenant_id, m.key
    on conflict (tenant_id, key) where archived_at is null do nothing`);
}

/** Writes events of tenants of one time zone, and what they add up to; answers those that were not there. */
export async function insertPlatformEvents(
  tx: Transaction,
  events: readonly PlatformEvent[],
  { timeZone, batchId = newId() }: { readonly timeZone: string; readonly batchId?: string },
): Promise<PlatformEvent[]> {
  const each = <T>(value: (event: PlatformEvent) => T): T[] => events.map(value);
  const fresh = await tx.query<{ tenantId: string; type: string; id: string }>(sql`
    with fresh as (
      insert into billing.usage_event (tenant_id, type, id, batch_id, meter_ids, occurred_at, recorded_at, value, agent_id, properties, fingerprint)
      select given.tenant_id, given.type, given.id, ${batchId}::uuid,
        array(select m.id from billing.meter m
          where m.tenant_id = given.tenant_id and m.event_type = given.type and m.archived_at is null order by m.key),
        given.occurred_at, clock_timestamp(), given.value, given.agent_id, given.properties, given.fingerprint
      from unnest(${each((e) => e.tenantId)}::uuid[], ${each((e) => e.type)}::text[], ${each((e) => e.id)}::text[],
        ${each((e) => e.occurredAt)}::timestamptz[], ${each((e) => e.value)}::numeric[], ${each((e) => e.agentId)}::text[],
        ${each((e) => JSON.stringify(e.properties))}::jsonb[], ${each((e) => e.fingerprint)}::bytea[])
        as given (tenant_id, type, id, occurred_at, value, agent_id, properties, fingerprint)
      order by given.tenant_id, given.type, given.id
      on conflict (tenant_id, type, id) do nothing
      returning *
    ), ${addRollups(sql`fresh`, timeZone)}
    select tenant_id as "tenantId", type, id from fresh`);
  const nameOf = (event: Pick<PlatformEvent, 'tenantId' | 'type' | 'id'>): string =>
    [event.tenantId, event.type, event.id].join();
  const recorded = new Set(fresh.map(nameOf));
  return events.filter((event) => recorded.has(nameOf(event)));
}
