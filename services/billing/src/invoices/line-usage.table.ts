import type { LedgerEvent as EventMessage, LineUsage as LineUsageMessage, UsageTraceLine } from '@tenantry/contracts';
import { sql, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../plans/plan.table.js';
import { givenName } from '../usage/event-name.js';
import { measured } from '../usage/usage-rollup.table.js';
import type { InvoiceLine } from './invoice.js';
import { lineColumns, lineMessage } from './invoice.table.js';

/** An event of the ledger, by its names there. */
export interface LedgerEvent {
  readonly id: string;
  readonly type: string;
  readonly time: Date;
  readonly recordedAt: Date;
  readonly batchId: string;
  readonly value: string | null;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly locationId: string | null;
  readonly properties: Record<string, unknown>;
  readonly supersedes: string | null;
}

/** An event, and what a line's meter took from it. */
export type LineUsage = LedgerEvent & { readonly quantity: string | null };

const eventColumns = sql`e.id, e.type, e.occurred_at as "time", e.recorded_at as "recordedAt", e.batch_id as "batchId",
  trim_scale(e.value)::text as value, e.user_id as "userId", e.agent_id as "agentId", e.location_id as "locationId", e.properties,
  e.supersedes_id as supersedes`;

/** Lines `l` of final invoices `i`, and of parts of an organization's; their tenant sees no others. */
const lines = sql`billing.invoice_line l join billing.invoice i
  on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.opened_at is not null`;

/** Whether an event was in the ledger that a line counted. Of lines of before that was kept, the time decides. */
function wasSeen(event: Sql): Sql {
  return sql`case when l.counted_in is null then ${event}.recorded_at <= i.created_at
    else ${event}.recorded_in is null or pg_visible_in_snapshot(${event}.recorded_in, l.counted_in) end`;
}

/** Whether a line `l` counted an event `e`: on its days, seen, and not superseded by one that was seen too. */
const wasCounted = sql`l.meter_id = any (e.meter_ids)
  and e.occurred_at >= l.starts_on::timestamp at time zone i.time_zone and e.occurred_at < l.ends_on::timestamp at time zone i.time_zone
  and ${wasSeen(sql`e`)} and not exists (select from billing.usage_event s
    where s.tenant_id = e.tenant_id and s.type = e.type and s.supersedes_id = e.id and ${wasSeen(sql`s`)})`;

/** @throws Fault `not-found` when the tenant has no such line on a final invoice */
export async function assertLine(rows: Rows, invoiceId: string, lineId: string): Promise<void> {
  const found = await rows.query(sql`select l.id from ${lines} where l.invoice_id = ${invoiceId} and l.id = ${lineId}`);
  if (found.length === 0) throw new Fault('not-found');
}

/** Where a list of events goes on. */
export interface EventPosition {
  readonly time: string;
  readonly id: string;
}

/** The events that a line counted, the oldest first. */
export async function listLineUsage(
  rows: Rows,
  {
    invoiceId,
    lineId,
    after,
  }: { readonly invoiceId: string; readonly lineId: string; readonly after: EventPosition | null },
  limit: number,
): Promise<LineUsage[]> {
  return rows.query<LineUsage>(sql`
    select ${eventColumns}, case m.aggregation when 'count' then '1' else trim_scale(${measured})::text end as quantity
    from ${lines}
    join billing.meter m on m.tenant_id = l.tenant_id and m.id = l.meter_id
    join billing.usage_event e on e.tenant_id = l.tenant_id and e.type = m.event_type
    where l.invoice_id = ${invoiceId} and l.id = ${lineId} and ${wasCounted}
      and (${after === null} or (e.occurred_at, e.id) > (${after?.time ?? null}::timestamptz, ${after?.id ?? null}::text collate "C"))
    order by e.occurred_at, e.id limit ${limit}`);
}

/** An event of the ledger, and the event that superseded it since. @throws Fault `not-found` */
export async function findEvent(
  rows: Rows,
  type: string,
  id: string,
): Promise<LedgerEvent & { readonly supersededBy: string | null }> {
  const [event] = await rows.query<LedgerEvent & { readonly supersededBy: string | null }>(sql`
    select ${eventColumns}, (select s.id from billing.usage_event s
      where s.tenant_id = e.tenant_id and s.type = e.type and s.supersedes_id = e.id) as "supersededBy"
    from billing.usage_event e where e.type = ${type} and e.id = ${id}`);
  if (!event) throw new Fault('not-found');
  return event;
}

type CountingLine = InvoiceLine & Omit<UsageTraceLine, 'line'>;
const MAX_LINES = 100;

/** The lines that counted an event, by the invoice's number. */
export async function listCountingLines(rows: Rows, type: string, id: string): Promise<UsageTraceLine[]> {
  const found = await rows.query<CountingLine>(sql`
    select ${lineColumns}, i.id as "invoiceId", i.number as "invoiceNumber", i.status as "invoiceStatus"
    from billing.usage_event e join ${lines} on l.tenant_id = e.tenant_id
    where e.type = ${type} and e.id = ${id} and ${wasCounted}
    order by i.number, l.id limit ${MAX_LINES}`);
  return found.map(({ invoiceId, invoiceNumber, invoiceStatus, ...line }) => ({
    ...{ invoiceId, invoiceNumber, invoiceStatus },
    line: lineMessage(line),
  }));
}

export function eventMessage(event: LedgerEvent): EventMessage {
  const { type, time, recordedAt, batchId, value, userId, agentId, locationId, properties, supersedes } = event;
  const facts = { type, time, recordedAt, batchId, value, userId, agentId, locationId, properties };
  return { ...givenName(event.id), ...facts, supersedes: supersedes && givenName(supersedes).id };
}

export function lineUsageMessage(usage: LineUsage): LineUsageMessage {
  return { event: eventMessage(usage), quantity: usage.quantity };
}
