import { sql, type Sql, type Transaction } from '@tenantry/database';
import type { UsageEvent } from './usage-event.js';

// The hours: what a meter counted, by group. The ledger is the truth; these rows are written in the same statement as it.

/** An event's properties together with its own fields, by the names that meters use; `e` is the event. */
const named = sql`(e.properties || jsonb_strip_nulls(jsonb_build_object(
  'userId', e.user_id, 'agentId', e.agent_id, 'locationId', e.location_id)))`;

/** What a meter `m` that adds or compares numbers takes from an event `e`; null for others. */
export const measured = sql`case when m.aggregation in ('sum', 'max', 'last')
  then coalesce((${named} ->> m.value_property)::numeric, e.value) end`;

/** What each meter takes from the events of a relation that has the columns of the ledger: one row an event and meter. */
export function contributions(events: Sql, timeZone: string): Sql {
  return sql`
    select e.tenant_id, e.type, e.id, e.occurred_at, m.id as meter_id, date_trunc('hour', e.occurred_at, ${timeZone}) as hour,
      coalesce((select jsonb_object_agg(name, own.properties -> name) from unnest(m.group_by) name), '{}') as group_key,
      ${measured} as quantity,
      case when m.aggregation = 'unique'
        then sha256(convert_to(own.properties ->> m.value_property, 'UTF8')) end as value_hash
    from ${events} e
    join billing.meter m on m.tenant_id = e.tenant_id and m.id = any (e.meter_ids),
    lateral (select ${named} as properties) own`;
}

const totals = sql`count(*) as count, coalesce(sum(quantity), 0) as sum, max(quantity) as max,
  (array_agg(quantity order by occurred_at desc, id desc))[1] as last, max(occurred_at) as last_at,
  (array_agg(id order by occurred_at desc, id desc))[1] as last_id`;

/**
 * Adds events to the hours: parts of a `with`, for the statement that writes them. Hours are locked in the order of their keys; values
 * come after the hours, so that whoever recounts an hour (see `recount`) has it to itself.
 */
export function addRollups(events: Sql, timeZone: string): Sql {
  return sql`contribution as (${contributions(events, timeZone)}),
    hours as (
      insert into billing.usage_hour as known (tenant_id, meter_id, hour, group_key, count, sum, max, last, last_at, last_id)
      select tenant_id, meter_id, hour, group_key, ${totals} from contribution
      group by tenant_id, meter_id, hour, group_key order by meter_id, hour, group_key
      on conflict (tenant_id, meter_id, hour, group_key) do update set
        count = known.count + excluded.count,
        sum = known.sum + excluded.sum,
        max = greatest(known.max, excluded.max),
        (last, last_at, last_id) = (select n.last, n.last_at, n.last_id
          from (values (known.last, known.last_at, known.last_id), (excluded.last, excluded.last_at, excluded.last_id)) n (last, last_at, last_id)
          order by n.last_at desc nulls last, n.last_id desc nulls last limit 1)
      returning 1
    ), distinct_values as (
      insert into billing.usage_distinct (tenant_id, meter_id, hour, group_key, value_hash)
      select distinct tenant_id, meter_id, hour, group_key, value_hash from contribution
      where value_hash is not null and (select count(*) from hours) > 0
      order by meter_id, hour, group_key, value_hash
      on conflict do nothing
    )`;
}

/** The hours and groups in which events counted. */
function cellsOf(events: readonly UsageEvent[], timeZone: string): Sql {
  const originals = sql`(select known.* from billing.usage_event known
    join unnest(${events.map(({ type }) => type)}::text[], ${events.map(({ supersedesId }) => supersedesId)}::text[]) as named (type, id)
      on named.type = known.type and named.id = known.id)`;
  return sql`select distinct tenant_id, type, meter_id, hour, group_key from (${contributions(originals, timeZone)}) c`;
}

/** What still counts in the hours of cells. */
function aliveIn(timeZone: string): Sql {
  const events = sql`(select known.* from (select distinct tenant_id, type, hour from cell) c
    join billing.usage_event known on known.tenant_id = c.tenant_id and known.type = c.type
      and known.occurred_at >= c.hour and known.occurred_at < c.hour + interval '1 hour'
    where not exists (select from billing.usage_event s
      where s.tenant_id = known.tenant_id and s.type = known.type and s.supersedes_id = known.id))`;
  return sql`select c.* from (${contributions(events, timeZone)}) c join cell using (tenant_id, type, meter_id, hour, group_key)`;
}

/**
 * Counts anew, from the ledger, the hours in which superseded events counted. The hours are locked first, and only then looked at:
 * whoever adds to one meanwhile has either committed or waits.
 */
export async function recount(tx: Transaction, superseding: readonly UsageEvent[], timeZone: string): Promise<void> {
  const cells = sql`cell as materialized (${cellsOf(superseding, timeZone)})`;
  const alive = sql`alive as materialized (${aliveIn(timeZone)})`;
  await tx.query(sql`with ${cells} select from billing.usage_hour
    join cell using (tenant_id, meter_id, hour, group_key) order by meter_id, hour, group_key for update of usage_hour`);
  await tx.execute(sql`with ${cells}, ${alive}, anew as (
      select meter_id, hour, group_key, ${totals} from alive group by meter_id, hour, group_key)
    update billing.usage_hour h
    set count = coalesce(anew.count, 0), sum = coalesce(anew.sum, 0), max = anew.max, last = anew.last, last_at = anew.last_at, last_id = anew.last_id
    from cell left join anew using (meter_id, hour, group_key)
    where h.meter_id = cell.meter_id and h.hour = cell.hour and h.group_key = cell.group_key`);
  await tx.execute(sql`with ${cells}, ${alive}
    delete from billing.usage_distinct d using cell
    where d.meter_id = cell.meter_id and d.hour = cell.hour and d.group_key = cell.group_key and not exists (
      select from alive a where a.meter_id = d.meter_id and a.hour = d.hour and a.group_key = d.group_key and a.value_hash = d.value_hash)`);
}
