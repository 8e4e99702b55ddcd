import type { StripeEvent as StripeEventMessage } from '@tenantry/contracts';
import { sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../plans/plan.table.js';
import type { EventStatus, StripeEvent } from './stripe-event.js';

const columns = sql`id, stripe_id as "stripeId", type, account_id as "accountId", payment_id as "paymentId", tenant_id as "tenantId", status,
  deliveries, attempts, happened_at as "happenedAt", received_at as "receivedAt", next_at as "nextAt", handled_at as "handledAt", failure, effects`;

/** Keeps an event once, with its body as it came. Answers what is kept, and how often it has come. */
export async function insertEvent(rows: Rows, event: StripeEvent, body: Uint8Array): Promise<StripeEvent> {
  const { id, stripeId, type, accountId, paymentId, status, happenedAt, receivedAt, nextAt } = event;
  const [kept] = await rows.query<StripeEvent>(sql`
    insert into billing.stripe_event as known (id, stripe_id, type, account_id, payment_id, status, happened_at, received_at, next_at, body)
    values (${id}, ${stripeId}, ${type}, ${accountId}, ${paymentId}, ${status}, ${happenedAt}, ${receivedAt}, ${nextAt}, ${Buffer.from(body)})
    on conflict (stripe_id) do update set deliveries = known.deliveries + 1 returning ${columns}`);
  return kept!;
}

/** @throws Fault `not-found` */
export async function findEvent(rows: Rows, id: string): Promise<StripeEvent> {
  const [event] = await rows.query<StripeEvent>(sql`select ${columns} from billing.stripe_event where id = ${id}`);
  if (!event) throw new Fault('not-found');
  return event;
}

/** Forgets the bodies of events that came before a time; answers of how many. */
export async function forgetBodies(rows: Rows, before: Date, limit: number): Promise<number> {
  const [row] = await rows.query<{ count: bigint }>(sql`with forgotten as (
      update billing.stripe_event set body = null where id in (
        select id from billing.stripe_event where body is not null and received_at < ${before} order by received_at limit ${limit})
      returning id)
    select count(*) as count from forgotten`);
  return Number(row!.count);
}

/** An event's body as it came; null when its time is over. */
export async function findBody(rows: Rows, { id }: StripeEvent): Promise<string | null> {
  const [row] = await rows.query<{ body: Uint8Array | null }>(
    sql`select body from billing.stripe_event where id = ${id}`,
  );
  return row?.body ? Buffer.from(row.body).toString() : null;
}

/** Which events a list has; `beforeId` continues after the event with that id. */
export interface EventFilter {
  readonly status: EventStatus | null;
  readonly tenantId: string | null;
  readonly beforeId: string | null;
}

/** The newest first. */
export async function listEventRows(
  rows: Rows,
  { status, tenantId, beforeId }: EventFilter,
  limit: number,
): Promise<StripeEvent[]> {
  return rows.query<StripeEvent>(sql`select ${columns} from billing.stripe_event
    where (${status}::text is null or status = ${status}) and (${tenantId}::uuid is null or tenant_id = ${tenantId})
      and (${beforeId}::uuid is null or id < ${beforeId}) order by id desc limit ${limit}`);
}

/** Events that are to be applied now, the longest waiting first. */
export async function dueEvents(rows: Rows, now: Date, limit: number): Promise<StripeEvent[]> {
  return rows.query<StripeEvent>(
    sql`select ${columns} from billing.stripe_event where next_at <= ${now} order by next_at limit ${limit}`,
  );
}

/** Saves what became of an event. */
export async function saveEvent(rows: Rows, event: StripeEvent): Promise<void> {
  const { id, tenantId, status, attempts, nextAt, handledAt, failure, effects } = event;
  await rows.query(sql`update billing.stripe_event set tenant_id = ${tenantId}, status = ${status}, attempts = ${attempts}, next_at = ${nextAt},
      handled_at = ${handledAt}, failure = ${failure}, effects = ${JSON.stringify(effects)} where id = ${id}`);
}

/** Has the events of a time applied again; answers how many. */
export async function replayBetween(rows: Rows, from: Date, to: Date, now: Date): Promise<number> {
  const [row] = await rows.query<{ count: bigint }>(sql`with again as (
      update billing.stripe_event set next_at = ${now} where received_at >= ${from} and received_at < ${to} returning id)
    select count(*) as count from again`);
  return Number(row!.count);
}

/** Whose a customer, account or payment at the provider is, by our own record. */
export async function tenantOf(rows: Rows, providerIds: readonly string[]): Promise<string | undefined> {
  const [party] = await rows.query<{ tenantId: string }>(
    sql`select tenant_id as "tenantId" from billing.payment_party where provider_id = any (${providerIds}) limit 1`,
  );
  return party?.tenantId;
}

/** An event as an answer; lists leave its body out. */
export function toMessage(
  { accountId: _a, paymentId: _p, nextAt: _n, ...event }: StripeEvent,
  body: string | null = null,
): StripeEventMessage {
  return { ...event, effects: event.effects.map((effect) => ({ ...effect })), body };
}
