import { identifier, sql } from '../sql.js';
import type { Transaction } from '../transaction.js';

/** One message on its way out: an event for the stream, or an entry of a directory. */
export interface OutboxMessage {
  readonly position: bigint;
  readonly id: string;
  readonly tenant_id: string;
  readonly kind: 'event' | 'directory';
  /** An event's subject, or `<bucket>.<key>`. */
  readonly subject: string;
  /** `{ data, changes }` of an event; the entry's value with its `version`, where `null` under `value` removes it. */
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The oldest messages that nobody else is sending, locked until the transaction ends. Runs under `<service>_relay`;
 * publish, `markPublished` and commit within the idle-in-transaction timeout, else they are sent again.
 */
export async function takeOutbox(tx: Transaction, limit = 200): Promise<OutboxMessage[]> {
  return tx.query<OutboxMessage>(sql`
    select position, id, tenant_id, kind, subject, payload, headers
    from ${identifier(tx.service, 'outbox')} where published_at is null
    order by position limit ${limit} for update skip locked`);
}

/** Notes with the commit that messages have arrived, an event's with its place in the stream. */
export function markPublished(
  tx: Transaction,
  sent: readonly { readonly position: bigint; readonly streamSequence: number | null }[],
): void {
  tx.finish(sql`
    update ${identifier(tx.service, 'outbox')} as message
    set published_at = clock_timestamp(), stream_sequence = sent.stream_sequence
    from unnest(${sent.map((one) => one.position)}::bigint[], ${sent.map((one) => one.streamSequence)}::bigint[])
      as sent (position, stream_sequence)
    where message.position = sent.position`);
}

/** Puts messages that were published since a time back in the queue, to refill a stream or bucket that was lost. */
export async function requeueOutbox(tx: Transaction, since: Date): Promise<number> {
  return tx.execute(sql`
    update ${identifier(tx.service, 'outbox')} set published_at = null, stream_sequence = null
    where published_at is not null and created_at >= ${since}`);
}

/** Removes what is past its keeping time: sent messages, claims of events, answers. Runs under `<service>_relay`. */
export async function pruneMessages(tx: Transaction, keepDays = 7): Promise<void> {
  const schema = tx.service;
  await tx.execute(sql`
    delete from ${identifier(schema, 'outbox')} where published_at < now() - make_interval(days => ${keepDays})`);
  await tx.execute(sql`
    delete from ${identifier(schema, 'idempotency')} where created_at < now() - interval '24 hours'`);
  // A claim outlives every stored copy of its event, else a redelivery would be handled twice.
  await tx.execute(sql`
    delete from ${identifier(schema, 'inbox')} where handled_at < now() - make_interval(days => ${keepDays * 2 + 1})`);
}
