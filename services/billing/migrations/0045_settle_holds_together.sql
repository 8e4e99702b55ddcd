-- Calls that end in the same moment change the same budgets: settled one by one each takes the budgets' locks, three statements and a commit of
-- its own. Together they take as many as one.

-- Settles holds and answers which: those that are held, are no parts of others, and cost no more than is held for them. The others are left as they
-- are, for `end_hold`. BA409, and nothing is done: somebody must be told of an alert, or something was spent that was not held.
-- Locks: the holds by id, then their budgets by id, then their legs.
create function billing.settle_holds(ended uuid[], actuals bigint[], zone text) returns setof uuid
  language plpgsql
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
  set enable_hashjoin = off set enable_mergejoin = off as $$   -- whatever the planner knew: each row by its key
declare
  tenant     uuid := current_setting('app.tenant_id')::uuid;
  ids        uuid[];
  costs      bigint[];
  budgets    uuid[];
  ends_at    timestamptz;
  at         timestamptz;
  stands_out boolean;
begin
  select array_agg(h.id), array_agg(h.actual) into ids, costs from (
    select h.id, s.actual from unnest(ended, actuals) s (id, actual)
    join billing.budget_hold h on h.tenant_id = tenant and h.id = s.id
    where h.id = any (ended) and h.state = 'held' and h.parent_id is null and s.actual <= h.estimate_nanos and h.expires_at > clock_timestamp()
    order by h.id for no key update of h) h;
  if ids is null then
    return;
  end if;
  select array_agg(b.id), min(b.period_ends_at) into budgets, ends_at from (
    select b.id, b.period_ends_at from billing.budget b
    where b.tenant_id = tenant and b.id = any (array(
      select unnest(h.budget_ids) from billing.budget_hold h where h.tenant_id = tenant and h.id = any (ids)))
    order by b.tenant_id, b.id for no key update) b;
  at := clock_timestamp();
  if ends_at <= at or exists (select from billing.budget_leg l where l.tenant_id = tenant and l.budget_id = any (budgets) and l.expires_at <= at) then
    perform billing.refresh_budgets(budgets, at, zone);
  end if;
  with settled as (
    update billing.budget_hold h set state = 'settled', actual_nanos = s.actual, ended_at = at
    from unnest(ids, costs) s (id, actual) where h.tenant_id = tenant and h.id = any (ids) and h.id = s.id
    returning h.id, h.expires_at, h.budget_ids, h.actual_nanos
  ), share as (
    select s.id, s.expires_at, s.actual_nanos::bigint as actual, unnest(s.budget_ids) as budget_id from settled s
  ), gone as (
    delete from billing.budget_leg l using share s
    where l.tenant_id = tenant and l.budget_id = s.budget_id and l.expires_at = s.expires_at and l.hold_id = s.id
    returning l.budget_id, s.actual, l.amount_nanos::bigint as held
  ), change as (
    select g.budget_id, sum(g.actual)::bigint as spent, sum(g.held)::bigint as held, bool_or(g.actual > g.held) as is_over from gone g group by g.budget_id
  ), changed as (
    update billing.budget b set held_nanos = b.held_nanos - c.held, spent_nanos = b.spent_nanos + c.spent
    from change c where b.tenant_id = tenant and b.id = any (budgets) and b.id = c.budget_id
    returning c.is_over or (c.spent > 0 and exists (select from unnest(b.alert_percents) percent
      where percent > b.alerted_percent and b.spent_nanos * 100::numeric >= (b.limit_nanos + b.carried_nanos) * percent::numeric)) as stands_out
  )
  select bool_or(c.stands_out) or (select count(*) from share) <> (select count(*) from gone) into stands_out from changed c;
  if stands_out is distinct from false then
    raise exception 'a settlement stands out' using errcode = 'BA409';
  end if;
  return query select unnest(ids);
end $$;
grant execute on function billing.settle_holds to billing_service;
