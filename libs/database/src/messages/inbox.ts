import { identifier, sql } from '../sql.js';
import type { Transaction } from '../transaction.js';

/**
 * Takes an event for a consumer, in the transaction of its effect; `false` means that it was handled before. A second
 * delivery that comes while the first is being handled waits for it.
 */
export async function claimEvent(tx: Transaction, consumer: string, eventId: string): Promise<boolean> {
  const claimed = await tx.execute(sql`
    insert into ${identifier(tx.service, 'inbox')} (tenant_id, consumer, event_id)
    values (${tx.tenantId}, ${consumer}, ${eventId}) on conflict do nothing`);
  return claimed === 1;
}

/** Takes many events of many tenants at once, under a job that may; answers the ids that were not handled before. */
export async function claimEvents(
  tx: Transaction,
  consumer: string,
  events: readonly { readonly tenantId: string; readonly eventId: string }[],
): Promise<Set<string>> {
  // Sorted, so that two batches with events in common wait for each other instead of deadlocking.
  const sorted = events.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const claimed = await tx.query<{ event_id: string }>(sql`
    insert into ${identifier(tx.service, 'inbox')} (tenant_id, consumer, event_id)
    select tenant_id, ${consumer}, event_id
    from unnest(${sorted.map((event) => event.tenantId)}::uuid[], ${sorted.map((event) => event.eventId)}::uuid[])
      as claim (tenant_id, event_id)
    on conflict do nothing returning event_id`);
  return new Set(claimed.map((row) => row.event_id));
}
