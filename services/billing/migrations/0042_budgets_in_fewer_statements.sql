-- Postgres reads the checks of a table anew for every statement that writes to it, a tenth of what a hold cost. Amounts are checked by their
-- domain instead, which a session reads once, and what no hold changes when it is changed. A hold takes three statements, its end four, where
-- each took six; and each finds budgets by their ids, however many the tenant has and whatever the planner knew when it planned.

create domain billing.nanos as bigint check (value >= 0);
create domain billing.hold_state as text check (value in ('held', 'settled', 'released', 'expired'));

drop function billing.budget_carry;
alter table billing.budget
  drop constraint budget_amounts,
  drop constraint budget_shape,
  alter column limit_nanos type billing.nanos,
  alter column carried_nanos type billing.nanos,
  alter column spent_nanos type billing.nanos,
  alter column held_nanos type billing.nanos;
alter table billing.budget_hold
  drop constraint budget_hold_estimate_nanos_check,
  drop constraint budget_hold_actual_nanos_check,
  drop constraint budget_hold_state_check,
  drop constraint budget_hold_check,
  drop constraint budget_hold_check1,
  alter column state type billing.hold_state,
  alter column estimate_nanos type billing.nanos,
  alter column actual_nanos type billing.nanos,
  add constraint budget_hold_end check ((state = 'settled') = (actual_nanos is not null) and (state = 'held') = (ended_at is null));
alter table billing.budget_leg
  drop constraint budget_leg_amount_nanos_check,
  alter column amount_nanos type billing.nanos;

-- What no hold changes is checked when it is changed.
create function billing.check_budget_shape() returns trigger language plpgsql as $$
begin
  if not (cardinality(new.path) between 1 and 8 and new.path[cardinality(new.path)] = new.id and cardinality(new.alert_percents) <= 10
    and (new.scope_kind is null) = (new.scope_id is null) and (new.period = 'total') = (new.period_ends_at is null)) then
    raise exception 'the budget contradicts itself' using errcode = 'check_violation', constraint = 'budget_shape';
  end if;
  return new;
end $$;
create trigger budget_shape before insert or update of id, path, alert_percents, scope_kind, scope_id, period, period_ends_at on billing.budget
  for each row execute function billing.check_budget_shape();

-- As before, for amounts by their domain.
create function billing.budget_carry(b billing.budget, next_starts_at timestamptz) returns bigint
  language sql immutable
  return case when not b.rolls_over then 0
              when next_starts_at > b.period_ends_at then b.limit_nanos   -- nobody spent anything in the period before
              else least(b.limit_nanos, greatest(0, b.limit_nanos + b.carried_nanos - b.spent_nanos)) end;

-- Brings budgets up to a moment: expired holds count no more, a period that has ended gives way to the one that is. The caller has locked them.
create function billing.refresh_budgets(ids uuid[], at timestamptz, zone text) returns void
  language plpgsql as $$
begin
  with gone as (
    delete from billing.budget_leg l where l.budget_id = any (ids) and l.expires_at <= at returning l.tenant_id, l.budget_id, l.amount_nanos
  )
  update billing.budget b set held_nanos = b.held_nanos - g.amount_nanos
  from (select tenant_id, budget_id, sum(amount_nanos) as amount_nanos from gone group by 1, 2) g
  where b.tenant_id = g.tenant_id and b.id = g.budget_id;
  update billing.budget b
  set period_starts_at = p.starts_at, period_ends_at = p.ends_at, carried_nanos = billing.budget_carry(b, p.starts_at),
      spent_nanos = 0, alerted_percent = 0, is_blocked = false
  from billing.budget due, billing.budget_period(due.period, zone, at) p
  where b.id = any (ids) and b.period_ends_at <= at and due.tenant_id = b.tenant_id and due.id = b.id;
end $$;

create or replace function billing.lock_budgets(ids uuid[], zone text) returns timestamptz
  language plpgsql
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  at      timestamptz;
  ends_at timestamptz;
begin
  select min(b.period_ends_at) into ends_at from (
    select b.period_ends_at from billing.budget b where b.id = any (ids) order by b.tenant_id, b.id for no key update) b;
  at := clock_timestamp();
  if ends_at <= at or exists (select from billing.budget_leg l where l.budget_id = any (ids) and l.expires_at <= at) then
    perform billing.refresh_budgets(ids, at, zone);
  end if;
  return at;
end $$;

-- As before. The ancestors of a budget never change, so whoever locks it reads them in the same statement.
create or replace function billing.reserve_budgets(
  new_hold uuid, asked uuid[], estimate bigint, unit text, lasts interval, zone text, purpose jsonb, forced boolean)
  returns setof billing.budget_verdict language plpgsql
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  tenant   uuid := current_setting('app.tenant_id')::uuid;
  ids      uuid[];
  locked   billing.budget[];
  at       timestamptz;
  is_stale boolean;
  verdicts billing.budget_verdict[];
  v        billing.budget_verdict;
  refused  boolean := false;
  doubted  boolean := false;
begin
  select array_agg(b.id), array_agg(b.whole) into ids, locked from (
    select b.id, b as whole from billing.budget b
    where b.id = any (array(select unnest(path) from billing.budget where id = any (asked)))
    order by b.tenant_id, b.id for no key update) b;
  if ids is null or not ids @> asked then
    raise exception 'no such budget' using errcode = 'TN404';
  end if;
  at := clock_timestamp();
  select array_agg(j), coalesce(min(j.resets_at) <= at, false)
      or exists (select from billing.budget_leg l where l.budget_id = any (ids) and l.expires_at <= at)
    into verdicts, is_stale from unnest(locked) b, billing.judge_budget(b, estimate, unit, at) j;
  if is_stale then
    perform billing.refresh_budgets(ids, at, zone);
    select array_agg(j) into verdicts from billing.budget b, billing.judge_budget(b, estimate, unit, at) j where b.id = any (ids);
  end if;
  foreach v in array verdicts loop
    return next v;
    doubted := doubted or v.reason is not null;
    refused := refused or (v.is_enforced and v.reason is not null and not (forced and v.reason in ('blocked', 'exceeded')));
  end loop;
  if refused then
    return;
  end if;
  with hold as (
    insert into billing.budget_hold (tenant_id, id, asked_ids, budget_ids, currency, estimate_nanos, state, created_at, expires_at, purpose)
    values (tenant, new_hold, asked, ids, unit, estimate, 'held', at, at + lasts, reserve_budgets.purpose)
  ), leg as (
    insert into billing.budget_leg (tenant_id, budget_id, hold_id, amount_nanos, expires_at)
    select tenant, j.budget_id, new_hold,
           case when forced and j.is_hard then least(estimate, j.headroom_nanos) else coalesce(estimate, 0) end, at + lasts
    from unnest(verdicts) j
    returning budget_id, amount_nanos
  )
  update billing.budget b set held_nanos = b.held_nanos + leg.amount_nanos
  from leg where b.tenant_id = tenant and b.id = any (ids) and b.id = leg.budget_id and leg.amount_nanos > 0;
  if doubted and not forced then
    insert into billing.budget_shadow_denial
      select tenant, uuidv7(), j.budget_id, new_hold, j.reason, estimate, j.headroom_nanos, at
      from unnest(verdicts) j where j.reason is not null;
  end if;
end $$;

-- As before.
create or replace function billing.end_hold(ended uuid, actual bigint, zone text, quietly boolean)
  returns setof billing.budget_settlement language plpgsql
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h        billing.budget_hold;
  whole    billing.budget_hold;
  rest     bigint;
  at       timestamptz;
  ends_at  timestamptz;
  is_stale boolean;
  done     billing.budget_settlement[];
  over     billing.budget_overspend[];
  one      billing.budget_settlement;
  percent  integer;
begin
  select * into h from billing.budget_hold where id = ended for no key update;
  if not found then
    raise exception 'no such hold' using errcode = 'TN404';
  elsif h.state in ('settled', 'released') then
    return query select (jsonb_populate_record(null::billing.budget_settlement, jsonb_build_object('prior_state', h.state))).*;
    return;
  end if;
  if h.parent_id is not null then
    select * into whole from billing.budget_hold where id = h.parent_id for no key update;
  end if;
  select min(b.period_ends_at) into ends_at from (
    select b.period_ends_at from billing.budget b where b.id = any (h.budget_ids) order by b.tenant_id, b.id for no key update) b;
  at := clock_timestamp();
  update billing.budget_hold set state = case when actual is null then 'released' else 'settled' end, actual_nanos = actual, ended_at = at
    where tenant_id = h.tenant_id and id = ended
    returning coalesce(ends_at <= at, false)
      or exists (select from billing.budget_leg l where l.budget_id = any (h.budget_ids) and l.expires_at <= at) into is_stale;
  if is_stale then
    perform billing.refresh_budgets(h.budget_ids, at, zone);
  end if;
  with gone as (
    delete from billing.budget_leg l where l.tenant_id = h.tenant_id and l.budget_id = any (h.budget_ids) and l.expires_at = h.expires_at and l.hold_id = ended
    returning l.budget_id, l.amount_nanos
  ), changed as (
    update billing.budget b
    set held_nanos = b.held_nanos - s.held, spent_nanos = b.spent_nanos + coalesce(actual, 0),
        is_blocked = b.is_blocked or (b.is_hard and coalesce(actual, 0) > s.held
          and b.spent_nanos + actual + b.held_nanos - s.held > b.limit_nanos + b.carried_nanos)
    from (select id, coalesce(g.amount_nanos, 0) as held from unnest(h.budget_ids) id left join gone g on g.budget_id = id) s
    where b.tenant_id = h.tenant_id and b.id = any (h.budget_ids) and b.id = s.id
    returning b.*, s.held
  )
  select array_agg(row(h.state, h.asked_ids, h.estimate_nanos, h.created_at, h.expires_at, h.currency, h.purpose, c.id, c.name,
      c.period_starts_at, c.limit_nanos + c.carried_nanos, c.spent_nanos, c.alert_percents, c.alerted_percent, h.parent_id)::billing.budget_settlement),
    array_agg(row(c.tenant_id, uuidv7(), c.id, ended, c.held, actual,
      greatest(0, least(actual - c.held, c.spent_nanos + c.held_nanos - c.limit_nanos - c.carried_nanos)), at)::billing.budget_overspend)
      filter (where actual > c.held)
  into done, over from changed c;
  if over is not null then
    insert into billing.budget_overspend select * from unnest(over);
  end if;
  rest := h.estimate_nanos - coalesce(actual, 0);
  if h.parent_id is not null and rest > 0 and h.expires_at > at and whole.state = 'held' and whole.expires_at > at then
    update billing.budget_hold set estimate_nanos = estimate_nanos + rest where tenant_id = h.tenant_id and id = whole.id;
    update billing.budget_leg l set amount_nanos = l.amount_nanos + rest
      where l.tenant_id = h.tenant_id and l.budget_id = any (whole.budget_ids) and l.expires_at = whole.expires_at and l.hold_id = whole.id;
    update billing.budget b set held_nanos = b.held_nanos + rest where b.tenant_id = h.tenant_id and b.id = any (whole.budget_ids);
  end if;
  foreach one in array done loop
    return next one;
    foreach percent in array one.alert_percents loop
      if quietly and actual > 0 and percent > one.alerted_percent and one.spent_nanos * 100::numeric >= one.limit_nanos * percent::numeric then
        raise exception 'an alert is due' using errcode = 'BA409';
      end if;
    end loop;
  end loop;
end $$;

grant execute on function billing.budget_carry, billing.refresh_budgets to billing_service;
