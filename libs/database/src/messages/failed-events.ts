import { identifier, sql } from '../sql.js';
import type { Transaction } from '../transaction.js';

/** An event that a consumer gave up on, kept whole so that it can be handled again. */
export interface FailedEvent {
  readonly consumer: string;
  readonly eventId: string;
  readonly tenantId: string;
  readonly subject: string;
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** A reason or an error's name; never its text, which may quote a value. */
  readonly error: string;
  readonly tries: number;
}

/** Keeps an event that failed for the last time. Runs under `<service>_relay`; once for each consumer and event. */
export async function keepFailedEvent(tx: Transaction, failed: FailedEvent): Promise<void> {
  await tx.execute(sql`
    insert into ${identifier(tx.service, 'failed_event')}
      (tenant_id, consumer, event_id, subject, payload, headers, error, tries)
    values (${failed.tenantId}, ${failed.consumer}, ${failed.eventId}, ${failed.subject},
      ${JSON.stringify(failed.payload)}::jsonb, ${JSON.stringify(failed.headers)}::jsonb, ${failed.error}, ${failed.tries})
    on conflict (tenant_id, consumer, event_id)
      do update set error = excluded.error, tries = excluded.tries, failed_at = now(), replayed_at = null`);
}

/** Failed events that nobody has replayed, oldest first, locked until the transaction ends. */
export async function takeFailedEvents(
  tx: Transaction,
  filter: { readonly consumer?: string; readonly limit?: number } = {},
): Promise<FailedEvent[]> {
  return tx.query<FailedEvent>(sql`
    select consumer, event_id as "eventId", tenant_id as "tenantId", subject, payload, headers, error, tries
    from ${identifier(tx.service, 'failed_event')}
    where replayed_at is null and (${filter.consumer ?? null}::text is null or consumer = ${filter.consumer ?? null})
    order by failed_at limit ${filter.limit ?? 100} for update skip locked`);
}

/** How many events a consumer gave up on for the same reason. */
export interface FailedEventCount {
  readonly consumer: string;
  readonly error: string;
  readonly events: number;
  readonly oldest: Date;
}

/** Failed events that nobody has replayed, counted. */
export async function countFailedEvents(tx: Transaction): Promise<FailedEventCount[]> {
  return tx.query<FailedEventCount>(sql`
    select consumer, error, count(*)::int as events, min(failed_at) as oldest
    from ${identifier(tx.service, 'failed_event')} where replayed_at is null
    group by consumer, error order by consumer, error`);
}

/** Notes that a failed event was handled after all. */
export async function markReplayed(
  tx: Transaction,
  failed: Pick<FailedEvent, 'consumer' | 'eventId' | 'tenantId'>,
): Promise<void> {
  await tx.execute(sql`
    update ${identifier(tx.service, 'failed_event')} set replayed_at = now()
    where tenant_id = ${failed.tenantId} and consumer = ${failed.consumer} and event_id = ${failed.eventId}`);
}
