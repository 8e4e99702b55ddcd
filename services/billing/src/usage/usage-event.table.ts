import { sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { addRollups } from './usage-rollup.table.js';
import { hasSource } from './event-name.js';
import { assertSame, keyOf, type UsageEvent } from './usage-event.js';

/** An event of the ledger that another one names. */
export interface Original {
  readonly type: string;
  readonly id: string;
  readonly occurredAt: Date;
  readonly meterIds: readonly string[];
  readonly isCancellation: boolean;
  /** The id of the event that supersedes it already. */
  readonly supersededBy: string | null;
}

/** A batch as the ledger names it. */
export interface Batch {
  readonly id: string;
  readonly recordedAt: Date;
  /** Whose hours the rollups have. */
  readonly timeZone: string;
}

/**
 * Writes events and what they add up to, in one statement; answers those that were not there. Rows are written in the order of their
 * keys, so that batches that overlap wait for each other and never in a circle. What is left out is for `assertDuplicates` to explain.
 */
export async function insertEvents(
  tx: Transaction,
  batch: Batch,
  events: readonly UsageEvent[],
): Promise<UsageEvent[]> {
  const each = <T>(value: (event: UsageEvent) => T): T[] => events.map(value);
  const fresh = await tx.query<{ type: string; id: string }>(sql`
      with fresh as (
        insert into billing.usage_event (tenant_id, type, id, batch_id, meter_ids, occurred_at, recorded_at, value, user_id, agent_id,
          location_id, properties, supersedes_id, fingerprint)
        select ${tx.tenantId}::uuid, given.type, given.id, ${batch.id}::uuid, string_to_array(given.meter_ids, ',')::uuid[], given.occurred_at,
          ${batch.recordedAt}::timestamptz, given.value, given.user_id, given.agent_id, given.location_id, given.properties,
          given.supersedes_id, given.fingerprint
        from unnest(${each((e) => e.type)}::text[], ${each((e) => e.id)}::text[], ${each((e) => e.meterIds.join(','))}::text[],
          ${each((e) => e.occurredAt)}::timestamptz[], ${each((e) => e.value)}::numeric[], ${each((e) => e.userId)}::text[],
          ${each((e) => e.agentId)}::text[], ${each((e) => e.locationId)}::text[],
          ${each((e) => JSON.stringify(e.properties))}::jsonb[], ${each((e) => e.supersedesId)}::text[],
          ${each((e) => e.fingerprint)}::bytea[])
          as given (type, id, meter_ids, occurred_at, value, user_id, agent_id, location_id, properties, supersedes_id, fingerprint)
        order by given.type collate "C", given.id collate "C"
        on conflict do nothing
        returning *
      ), ${addRollups(sql`fresh`, batch.timeZone)}
      select type, id from fresh`);
  const keys = new Set(fresh.map(keyOf));
  return events.filter((event) => keys.has(keyOf(event)));
}

/**
 * Explains why events were left out: they are in the ledger already.
 * @throws Fault `usage-id-reused` when one is there with other content, `conflict` when another superseded the same event just now
 */
export async function assertDuplicates(tx: Transaction, events: readonly UsageEvent[]): Promise<void> {
  if (events.length === 0) return;
  const ids = events.map(({ id }) => id);
  const known = await tx.query<{ type: string; id: string; fingerprint: Uint8Array }>(sql`
    select type, id, fingerprint from billing.usage_event
    where (type, id) in (select * from unnest(${events.map(({ type }) => type)}::text[], ${ids}::text[]))
      or (position(e'\\x1f' in id) > 0 and id = any (${ids.filter(hasSource)}::text[]))`);
  const fingerprints = new Map(known.map((one) => [nameOf(one), one.fingerprint]));
  for (const event of events) {
    const fingerprint = fingerprints.get(nameOf(event));
    if (!fingerprint)
      throw new Fault('conflict', { detail: 'An event was corrected or cancelled just now by another; look again' });
    assertSame(event, fingerprint);
  }
}

/** What may be in the ledger once: a CloudEvent whatever its type. */
function nameOf(event: { readonly type: string; readonly id: string }): string {
  return hasSource(event.id) ? event.id : keyOf(event);
}

/** The events that others supersede, as far as they are in the ledger. */
export async function findOriginals(tx: Transaction, events: readonly UsageEvent[]): Promise<Original[]> {
  return tx.query<Original>(sql`
    select e.type, e.id, e.occurred_at as "occurredAt", e.meter_ids as "meterIds", e.meter_ids = '{}' as "isCancellation",
      (select s.id from billing.usage_event s where s.type = e.type and s.supersedes_id = e.id) as "supersededBy"
    from billing.usage_event e
    where (e.type, e.id) in (
      select * from unnest(${events.map(({ type }) => type)}::text[], ${events.map(({ supersedesId }) => supersedesId)}::text[]))`);
}
