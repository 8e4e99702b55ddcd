import { sql, type Sql } from '@tenantry/database';
import type { Meter } from '../meters/meter.js';
import type { Rows } from '../plans/plan.table.js';
import { contributions } from './usage-rollup.table.js';

/** How long a window is; `total` is one window, and a billing period is a month. */
export type UsageWindowSize = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'billing_period' | 'total';

/** What a meter counted in one window and group. */
export interface UsageWindowRow {
  readonly start: Date;
  readonly group: Record<string, unknown>;
  readonly value: number;
}

/** Which usage is asked for; hours are not divided, except for windows of a minute. */
export interface UsageQuestion {
  readonly meter: Meter;
  /** Null for the beginning of the month of `to`; never null for minutes. */
  readonly from: Date | null;
  readonly to: Date;
  readonly window: UsageWindowSize;
  readonly groupBy: readonly string[];
  readonly timeZone: string;
  /** The last window and group of the page before. */
  readonly after: { readonly start: string; readonly group: object } | null;
}

/** How hours make up a longer time. What is unique is not added up but counted again. */
export const aggregates: Readonly<Record<Meter['aggregation'], Sql>> = {
  sum: sql`sum(h.sum)`,
  count: sql`sum(h.count)`,
  max: sql`max(h.max)`,
  last: sql`(array_agg(h.last order by h.last_at desc, h.last_id desc))[1]`,
  unique: sql`count(distinct h.value_hash)`,
};

/** The hours of a meter from one time to another. */
function hoursOf({ id, aggregation }: Meter, from: Sql, to: Sql): Sql {
  return aggregation === 'unique'
    ? sql`billing.usage_distinct h where h.meter_id = ${id} and h.hour >= ${from} and h.hour < ${to}`
    : sql`billing.usage_hour h where h.meter_id = ${id} and h.hour >= ${from} and h.hour < ${to} and h.count > 0`;
}

/** The events of a meter from one time to another that nothing superseded, each as an hour of its own would look like. */
function minutesOf({ id, eventType }: Meter, from: Sql, to: Sql): Sql {
  const events = sql`(select e.* from billing.usage_event e
    where e.type = ${eventType} and e.occurred_at >= ${from} and e.occurred_at < ${to} and ${id} = any (e.meter_ids)
      and not exists (select from billing.usage_event s where s.tenant_id = e.tenant_id and s.type = e.type and s.supersedes_id = e.id))`;
  return sql`(select c.occurred_at as hour, c.group_key, 1 as count, coalesce(c.quantity, 0) as sum, c.quantity as max, c.quantity as last,
      c.occurred_at as last_at, c.id as last_id, c.value_hash
    from (${contributions(events, 'UTC')}) c where c.meter_id = ${id}) h`;
}

/** An hour's group by some of the meter's names: all of them are the hour's own group, which need not be put together again. */
function groupOf(meter: Meter, groupBy: readonly string[]): Sql {
  if (groupBy.length === 0) return sql`'{}'::jsonb`;
  return new Set(groupBy).size === meter.groupBy.length
    ? sql`h.group_key`
    : sql`(select jsonb_object_agg(name, h.group_key -> name) from unnest(${groupBy}::text[]) name)`;
}

/** How dates are truncated to a window. */
const TRUNCATED: Readonly<Record<Exclude<UsageWindowSize, 'total'>, string>> = {
  ...{ minute: 'minute', hour: 'hour', day: 'day', week: 'week', month: 'month' },
  billing_period: 'month',
};

/** Windows and groups, the oldest first. Minutes are counted from the ledger, everything else from hours. */
export async function listUsage(rows: Rows, question: UsageQuestion, limit: number): Promise<UsageWindowRow[]> {
  const { meter, window, groupBy, timeZone, after } = question;
  const unit = window === 'minute' ? 'minute' : 'hour';
  const from = question.from
    ? sql`date_trunc(${unit}, ${question.from}::timestamptz, ${timeZone})`
    : sql`date_trunc('month', ${question.to}::timestamptz, ${timeZone})`;
  const begin = after ? sql`greatest(${from}, ${after.start}::timestamptz)` : from;
  const start = window === 'total' ? from : sql`date_trunc(${TRUNCATED[window]}, h.hour, ${timeZone})`;
  const group = groupOf(meter, groupBy);
  const counted = window === 'minute' ? minutesOf : hoursOf;
  return rows.query<UsageWindowRow>(sql`
    select h.start, h."group", (${aggregates[meter.aggregation]})::float8 as value
    from (select h.*, ${start} as start, ${group} as "group" from ${counted(meter, begin, sql`${question.to}::timestamptz`)}) h
    where ${after === null} or (h.start, h."group") > (${after?.start ?? null}::timestamptz, ${after?.group ?? null}::jsonb)
    group by h.start, h."group" order by h.start, h."group" limit ${limit}`);
}

/** How much of a meter was used in the calendar month, and how that compares with a limit. */
export interface MonthRow {
  readonly used: number;
  readonly remaining: number | null;
  readonly allowed: boolean;
  readonly resetsAt: Date;
}

/** Compares in exact decimals. `amount` and `limit` are decimal texts; a null limit allows everything. */
export async function compareMonth(
  rows: Rows,
  { meter, timeZone, now }: { readonly meter: Meter; readonly timeZone: string; readonly now: Date },
  amount: string,
  limit: string | null,
): Promise<MonthRow> {
  // A largest or newest value is not added to: the amount asked for would take its place.
  const adds = meter.aggregation !== 'max' && meter.aggregation !== 'last';
  const wanted = adds ? sql`used + ${amount}::numeric` : sql`${amount}::numeric`;
  const [row] = await rows.query<MonthRow>(sql`
    with month as (
      select date_trunc('month', ${now}::timestamptz, ${timeZone}) as since,
        date_add(date_trunc('month', ${now}::timestamptz, ${timeZone}), '1 month', ${timeZone}) as resets_at
    ), usage as (
      select since, resets_at, coalesce((select ${aggregates[meter.aggregation]} from ${hoursOf(meter, sql`month.since`, sql`month.resets_at`)}), 0)::numeric as used
      from month
    )
    select used::float8 as used, case when ${limit}::numeric is not null then greatest(${limit}::numeric - used, 0) end::float8 as remaining,
      ${limit}::numeric is null or ${wanted} <= ${limit}::numeric as allowed, resets_at as "resetsAt"
    from usage`);
  return row!;
}

/** A meter and days of the tenant's calendar, without the last. */
export interface MeterWindow {
  readonly meterId: string;
  readonly from: string;
  readonly to: string;
}

/** What a meter counted on its days. */
export interface Counted<W extends MeterWindow> {
  readonly window: W;
  /** In nano-units, and exact: what is counted has at most 9 decimals. */
  readonly quantityNanos: bigint;
  /** What of the ledger was counted: the `pg_snapshot` of the statement, in whose moment hours and events agree. */
  readonly countedIn: string;
}

/**
 * What meters counted, archived ones too, for a job that sees every tenant. Days begin at midnight of the time zone; windows in which
 * nothing was counted are left out.
 */
export async function countWindows<W extends MeterWindow>(
  rows: Rows,
  { tenantId, timeZone }: { readonly tenantId: string; readonly timeZone: string },
  windows: readonly W[],
): Promise<Counted<W>[]> {
  const each = (value: (window: W) => string): string[] => windows.map(value);
  const hours = sql`h.tenant_id = m.tenant_id and h.meter_id = m.id
    and h.hour >= w.starts_on::timestamp at time zone ${timeZone} and h.hour < w.ends_on::timestamp at time zone ${timeZone}`;
  const found = await rows.query<{ index: number; nanos: string; countedIn: string }>(sql`
    select index, trunc(quantity * 1000000000)::text as nanos, pg_current_snapshot()::text as "countedIn" from (
      select w.n::integer - 1 as index, case m.aggregation
        when 'unique' then (select ${aggregates.unique} from billing.usage_distinct h where ${hours})
        when 'count' then (select ${aggregates.count} from billing.usage_hour h where ${hours})
        when 'sum' then (select ${aggregates.sum} from billing.usage_hour h where ${hours})
        when 'max' then (select ${aggregates.max} from billing.usage_hour h where ${hours} and h.count > 0)
        when 'last' then (select ${aggregates.last} from billing.usage_hour h where ${hours} and h.count > 0)
      end as quantity
      from unnest(${each(({ meterId }) => meterId)}::uuid[], ${each(({ from }) => from)}::date[], ${each(({ to }) => to)}::date[])
        with ordinality as w (meter_id, starts_on, ends_on, n)
      join billing.meter m on m.tenant_id = ${tenantId} and m.id = w.meter_id
    ) counted where quantity > 0 order by index`);
  return found.map(({ index, nanos, countedIn }) => ({
    window: windows[index]!,
    quantityNanos: BigInt(nanos),
    countedIn,
  }));
}
