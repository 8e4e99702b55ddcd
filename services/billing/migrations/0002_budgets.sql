-- Budgets: how much may be spent, and the holds that keep the answer true while many spend at once.
--
-- Glossary: a *budget* is an account with a limit for a period; a *hold* reserves an amount on several budgets; a hold has one
-- *leg* on each budget it counts against, for as long as it counts. `held_nanos` of a budget is the sum of its legs, always: both
-- change in one commit, under the lock of the budget's row.
--
-- Locks are taken in one order, so nothing here can deadlock: a hold, then budgets by id, then their legs.
-- Time is Postgres' own, read after the locks are held: one clock for every replica.

-- What never changes while money moves is checked by its domain, when it is written, and not again by every hold.
create domain billing.currency as text check (value ~ '^[A-Z]{3}$');
create domain billing.budget_name as text check (length(value) between 1 and 120);
create domain billing.budget_period_name as text check (value in ('hour', 'day', 'week', 'month', 'total'));
create domain billing.budget_scope_kind as text check (value in ('location', 'team', 'agent', 'conversation', 'user', 'model'));
create domain billing.budget_scope_id as text check (length(value) between 1 and 200);

create table billing.budget (
  tenant_id         uuid        not null,
  id                uuid        not null,
  path              uuid[]      not null,                            -- from the root to itself
  parent_id         uuid,
  name              billing.budget_name not null,
  scope_kind        billing.budget_scope_kind,
  scope_id          billing.budget_scope_id,
  currency          billing.currency not null,
  period            billing.budget_period_name not null,
  limit_nanos       bigint      not null,
  is_hard           boolean     not null,
  is_shadow         boolean     not null,
  rolls_over        boolean     not null,
  allows_unknown    boolean     not null,                            -- holds without an estimate
  alert_percents    integer[]   not null,
  period_starts_at  timestamptz not null,
  period_ends_at    timestamptz,                                     -- null: never
  carried_nanos     bigint      not null default 0,
  spent_nanos       bigint      not null default 0,
  held_nanos        bigint      not null default 0,
  alerted_percent   integer     not null default 0,                  -- the highest announced in this period
  is_blocked        boolean     not null default false,              -- overspent: no holds until it is raised or begins anew
  closed_at         timestamptz,
  created_at        timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, parent_id) references billing.budget,
  constraint budget_amounts check (least(limit_nanos, carried_nanos, spent_nanos, held_nanos) >= 0),
  constraint budget_shape check (cardinality(path) between 1 and 8 and path[cardinality(path)] = id and cardinality(alert_percents) <= 10
    and (scope_kind is null) = (scope_id is null) and (period = 'total') = (period_ends_at is null))
) with (fillfactor = 50);                                            -- its numbers change often, its indexes never do
create index budget_children on billing.budget (tenant_id, parent_id) where parent_id is not null;
create index budget_by_scope on billing.budget (tenant_id, scope_kind, scope_id) where scope_kind is not null;

create table billing.budget_hold (
  tenant_id        uuid        not null,
  id               uuid        not null,
  asked_ids        uuid[]      not null,                             -- as the caller named them
  budget_ids       uuid[]      not null,                             -- with all their ancestors
  currency         text        not null,
  estimate_nanos   bigint      check (estimate_nanos >= 0),          -- null: unknown
  state            text        not null check (state in ('held', 'settled', 'released', 'expired')),
  actual_nanos     bigint      check (actual_nanos >= 0),
  created_at       timestamptz not null,
  expires_at       timestamptz not null,
  ended_at         timestamptz,
  purpose          jsonb,                                            -- service, agentId, description: the caller's words
  primary key (tenant_id, id),
  check ((state = 'settled') = (actual_nanos is not null)),
  check ((state = 'held') = (ended_at is null))
) with (fillfactor = 80);
create index budget_hold_due on billing.budget_hold (expires_at) where state = 'held';   -- the sweep is across tenants

create table billing.budget_leg (
  tenant_id    uuid        not null,
  budget_id    uuid        not null,
  hold_id      uuid        not null,
  amount_nanos bigint      not null check (amount_nanos >= 0),
  expires_at   timestamptz not null,
  primary key (tenant_id, budget_id, expires_at, hold_id)            -- a hold knows its expiry, so one index does for both
);

-- What was spent beyond what was held for it; `over_limit_nanos` of it also beyond the limit.
create table billing.budget_overspend (
  tenant_id        uuid        not null,
  id               uuid        not null,
  budget_id        uuid        not null,
  hold_id          uuid        not null,
  held_nanos       bigint      not null check (held_nanos >= 0),
  actual_nanos     bigint      not null check (actual_nanos >= 0),
  over_limit_nanos bigint      not null check (over_limit_nanos between 0 and actual_nanos),
  created_at       timestamptz not null,
  primary key (tenant_id, id),
  check (actual_nanos > held_nanos)
);
create index budget_overspend_of on billing.budget_overspend (tenant_id, budget_id, id);

-- What a budget in shadow mode would have refused.
create table billing.budget_shadow_denial (
  tenant_id      uuid        not null,
  id             uuid        not null,
  budget_id      uuid        not null,
  hold_id        uuid        not null,
  reason         text        not null,
  estimate_nanos bigint,
  headroom_nanos bigint      not null check (headroom_nanos >= 0),
  created_at     timestamptz not null,
  primary key (tenant_id, id)
);
create index budget_shadow_denial_of on billing.budget_shadow_denial (tenant_id, budget_id, id);

call platform.tenant_table('billing.budget', classes => '{"name": "internal", "scope_id": "personal", "limit_nanos": "internal",
  "carried_nanos": "internal", "spent_nanos": "internal", "held_nanos": "internal"}');
call platform.tenant_table('billing.budget_hold', classes => '{"estimate_nanos": "internal", "actual_nanos": "internal",
  "purpose": "personal"}');
call platform.tenant_table('billing.budget_leg', classes => '{"amount_nanos": "internal"}');
call platform.tenant_table('billing.budget_overspend', classes => '{"held_nanos": "internal", "actual_nanos": "internal", "over_limit_nanos": "internal"}');
call platform.tenant_table('billing.budget_shadow_denial', classes => '{"estimate_nanos": "internal", "headroom_nanos": "internal"}');
revoke delete on billing.budget, billing.budget_hold from billing_service;
revoke update, delete on billing.budget_overspend, billing.budget_shadow_denial from billing_service;
call platform.control_access('billing.budget', 'billing_budgets', 'select, update');
call platform.control_access('billing.budget_hold', 'billing_budgets', 'select, update');
call platform.control_access('billing.budget_leg', 'billing_budgets', 'select, delete');

----------------------------------------------------------------------------------------------------------------------
-- Rules. All functions run with the caller's rights: row-level security decides what they see.

-- The calendar period that a moment is in. Periods begin at local midnight (weeks on Mondays), hours at the full hour of UTC; each
-- ends where the next begins, also where the clock is changed: a day may have 23 or 25 hours.
create function billing.budget_period(period text, zone text, at timestamptz, out starts_at timestamptz, out ends_at timestamptz)
  language plpgsql stable as $$
declare
  local_start timestamp;
  span        interval;
begin
  if period = 'total' then
    starts_at := at;
    return;
  elsif period = 'hour' then
    starts_at := date_trunc('hour', at, 'UTC');
    ends_at := starts_at + interval '1 hour';
    return;
  end if;
  local_start := date_trunc(period, at at time zone zone);
  span := ('1 ' || period)::interval;
  if local_start at time zone zone > at then   -- a midnight that comes twice counts when it comes for the second time
    local_start := local_start - span;
  end if;
  starts_at := local_start at time zone zone;
  ends_at := (local_start + span) at time zone zone;
end $$;

-- What is carried into a period: what the period before it left, at most one limit.
create function billing.budget_carry(b billing.budget, next_starts_at timestamptz) returns bigint
  language sql immutable
  return case when not b.rolls_over then 0
              when next_starts_at > b.period_ends_at then b.limit_nanos   -- nobody spent anything in the period before
              else least(b.limit_nanos, greatest(0, b.limit_nanos + b.carried_nanos - b.spent_nanos)) end;

-- Budgets as they are at a moment, whether or not anything has touched their rows since: a new period begun, expired holds gone.
create function billing.budgets_at(at timestamptz, zone text) returns setof billing.budget
  language sql stable as $$
  select b.tenant_id, b.id, b.path, b.parent_id, b.name, b.scope_kind, b.scope_id, b.currency, b.period, b.limit_nanos, b.is_hard,
         b.is_shadow, b.rolls_over, b.allows_unknown, b.alert_percents,
         coalesce(p.starts_at, b.period_starts_at), coalesce(p.ends_at, b.period_ends_at),
         case when p.starts_at is null then b.carried_nanos else billing.budget_carry(b, p.starts_at) end,
         case when p.starts_at is null then b.spent_nanos else 0 end,
         b.held_nanos - coalesce((select sum(l.amount_nanos) from billing.budget_leg l
           where l.tenant_id = b.tenant_id and l.budget_id = b.id and l.expires_at <= at), 0)::bigint,
         case when p.starts_at is null then b.alerted_percent else 0 end,
         p.starts_at is null and b.is_blocked, b.closed_at, b.created_at
  from billing.budget b
  left join lateral (select n.starts_at, n.ends_at from billing.budget_period(b.period, zone, at) n
                     where b.period_ends_at <= at) p on true
$$;

-- A budget's answer to a hold: its numbers, and why it refuses, or null.
create type billing.budget_verdict as (
  budget_id uuid, name text, limit_nanos bigint, spent_nanos bigint, held_nanos bigint, headroom_nanos bigint,
  resets_at timestamptz, reason text, is_hard boolean, is_enforced boolean, judged_at timestamptz
);

-- `estimate` null: what it will cost is not known.
create function billing.judge_budget(b billing.budget, estimate bigint, unit text, at timestamptz) returns setof billing.budget_verdict
  language sql immutable as $$
  select b.id, b.name, b.limit_nanos + b.carried_nanos, b.spent_nanos, b.held_nanos,
    greatest(0, b.limit_nanos + b.carried_nanos - b.spent_nanos - b.held_nanos), b.period_ends_at,
    case when b.closed_at is not null then 'closed'
         when b.currency <> unit then 'currency'
         when estimate is null and not b.allows_unknown then 'price-unknown'
         when not b.is_hard then null
         when b.is_blocked then 'blocked'
         when b.limit_nanos + b.carried_nanos - b.spent_nanos - b.held_nanos < greatest(estimate, 1) then 'exceeded' end,
    b.is_hard, not b.is_shadow or b.closed_at is not null or b.currency <> unit, at
$$;

-- The named budgets with all their ancestors, each once, by id. A name that is unknown, or another tenant's, is refused.
create function billing.budget_closure(asked uuid[]) returns uuid[]
  language plpgsql stable as $$
declare
  all_ids uuid[];
begin
  select array_agg(distinct above order by above) into all_ids
  from billing.budget b, unnest(b.path) above where b.id = any (asked);
  if all_ids is null or not all_ids @> asked then
    raise exception 'no such budget' using errcode = 'TN404';
  end if;
  return all_ids;
end $$;

-- Locks budgets and brings their rows up to now; answers the moment.
create function billing.lock_budgets(ids uuid[], zone text) returns timestamptz
  language plpgsql
  -- The tables change with every call and are as good as empty to the planner; only an index never becomes slow.
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  at           timestamptz;
  next_ends_at timestamptz;
begin
  select min(locked.period_ends_at) into next_ends_at from (
    select b.period_ends_at from billing.budget b where b.id = any (ids) order by b.tenant_id, b.id for no key update) locked;
  at := clock_timestamp();
  if exists (select from billing.budget_leg l where l.budget_id = any (ids) and l.expires_at <= at) then
    with gone as (
      delete from billing.budget_leg l where l.budget_id = any (ids) and l.expires_at <= at returning l.tenant_id, l.budget_id, l.amount_nanos
    )
    update billing.budget b set held_nanos = b.held_nanos - g.amount_nanos
    from (select tenant_id, budget_id, sum(amount_nanos) as amount_nanos from gone group by 1, 2) g
    where b.tenant_id = g.tenant_id and b.id = g.budget_id;
  end if;
  if next_ends_at <= at then
    update billing.budget b
    set period_starts_at = p.starts_at, period_ends_at = p.ends_at, carried_nanos = billing.budget_carry(b, p.starts_at),
        spent_nanos = 0, alerted_percent = 0, is_blocked = false
    from billing.budget due, billing.budget_period(due.period, zone, at) p
    where b.id = any (ids) and b.period_ends_at <= at and due.tenant_id = b.tenant_id and due.id = b.id;
  end if;
  return at;
end $$;

----------------------------------------------------------------------------------------------------------------------
-- Operations, each one statement for its caller.

-- Holds an estimate on the named budgets and all their ancestors, or on none. Answers every budget's verdict; the hold was made
-- if and only if none of them refuses and is enforced. `forced` is for what has been spent already: it holds what is left.
create function billing.reserve_budgets(
  new_hold uuid, asked uuid[], estimate bigint, unit text, lasts interval, zone text, purpose jsonb, forced boolean)
  returns setof billing.budget_verdict language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  tenant   uuid := current_setting('app.tenant_id')::uuid;
  ids      uuid[] := billing.budget_closure(asked);
  at       timestamptz := billing.lock_budgets(ids, zone);
  verdicts billing.budget_verdict[];
  v        billing.budget_verdict;
  refused  boolean := false;
  doubted  boolean := false;
begin
  select array_agg(j) into verdicts from billing.budget b, billing.judge_budget(b, estimate, unit, at) j where b.id = any (ids);
  foreach v in array verdicts loop
    return next v;
    doubted := doubted or v.reason is not null;
    refused := refused or (v.is_enforced and v.reason is not null and not (forced and v.reason in ('blocked', 'exceeded')));
  end loop;
  if refused then
    return;
  end if;
  insert into billing.budget_hold (tenant_id, id, asked_ids, budget_ids, currency, estimate_nanos, state, created_at, expires_at, purpose)
    values (tenant, new_hold, asked, ids, unit, estimate, 'held', at, at + lasts, reserve_budgets.purpose);
  with leg as (
    insert into billing.budget_leg (tenant_id, budget_id, hold_id, amount_nanos, expires_at)
    select tenant, j.budget_id, new_hold,
           case when forced and j.is_hard then least(estimate, j.headroom_nanos) else coalesce(estimate, 0) end, at + lasts
    from unnest(verdicts) j
    returning budget_id, amount_nanos
  )
  update billing.budget b set held_nanos = b.held_nanos + leg.amount_nanos
  from leg where b.id = leg.budget_id and leg.amount_nanos > 0;
  if doubted and not forced then
    insert into billing.budget_shadow_denial
      select tenant, uuidv7(), j.budget_id, new_hold, j.reason, estimate, j.headroom_nanos, at
      from unnest(verdicts) j where j.reason is not null;
  end if;
end $$;

-- What the end of a hold did to a budget, with the hold as it was; without a budget when the hold had ended already.
create type billing.budget_settlement as (
  prior_state text, asked_ids uuid[], estimate_nanos bigint, created_at timestamptz, expires_at timestamptz, currency text, purpose jsonb,
  budget_id uuid, name text, period_starts_at timestamptz, limit_nanos bigint, spent_nanos bigint, alert_percents integer[],
  alerted_percent integer
);

-- Ends a hold: what it kept is free again, and what was really spent is counted in the period that is now, also when the hold had
-- expired. `actual` null releases it. What exceeds what was still held for it is overspend. `quietly` refuses, with BA409, what reaches an
-- alert: the caller then does it again in a transaction in which it can say so.
create function billing.end_hold(ended uuid, actual bigint, zone text, quietly boolean)
  returns setof billing.budget_settlement language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h       billing.budget_hold;
  at      timestamptz;
  done    billing.budget_settlement[];
  one     billing.budget_settlement;
  percent integer;
begin
  select * into h from billing.budget_hold where id = ended for no key update;
  if not found then
    raise exception 'no such hold' using errcode = 'TN404';
  elsif h.state in ('settled', 'released') then
    return query select (jsonb_populate_record(null::billing.budget_settlement, jsonb_build_object('prior_state', h.state))).*;
    return;
  end if;
  at := billing.lock_budgets(h.budget_ids, zone);
  update billing.budget_hold set state = case when actual is null then 'released' else 'settled' end, actual_nanos = actual, ended_at = at
    where tenant_id = h.tenant_id and id = ended;
  with gone as (
    delete from billing.budget_leg l where l.tenant_id = h.tenant_id and l.budget_id = any (h.budget_ids) and l.expires_at = h.expires_at and l.hold_id = ended
    returning l.budget_id, l.amount_nanos
  ), changed as (
    update billing.budget b
    set held_nanos = b.held_nanos - s.held, spent_nanos = b.spent_nanos + coalesce(actual, 0),
        is_blocked = b.is_blocked or (b.is_hard and coalesce(actual, 0) > s.held
          and b.spent_nanos + actual + b.held_nanos - s.held > b.limit_nanos + b.carried_nanos)
    from (select id, coalesce(g.amount_nanos, 0) as held from unnest(h.budget_ids) id left join gone g on g.budget_id = id) s
    where b.tenant_id = h.tenant_id and b.id = s.id
    returning b.*, s.held, greatest(0, least(actual - s.held, b.spent_nanos + b.held_nanos - b.limit_nanos - b.carried_nanos)) as over_limit
  ), listed as (
    insert into billing.budget_overspend
    select c.tenant_id, uuidv7(), c.id, ended, c.held, actual, c.over_limit, at
    from changed c where actual > c.held
  )
  select array_agg(row(h.state, h.asked_ids, h.estimate_nanos, h.created_at, h.expires_at, h.currency, h.purpose, c.id, c.name,
    c.period_starts_at, c.limit_nanos + c.carried_nanos, c.spent_nanos, c.alert_percents, c.alerted_percent)::billing.budget_settlement)
  into done from changed c;
  foreach one in array done loop
    return next one;
    foreach percent in array one.alert_percents loop
      if quietly and actual > 0 and percent > one.alerted_percent and one.spent_nanos * 100::numeric >= one.limit_nanos * percent::numeric then
        raise exception 'an alert is due' using errcode = 'BA409';
      end if;
    end loop;
  end loop;
end $$;

-- Marks holds that have expired, at most so many, and takes them off their budgets; they stopped counting when they expired.
create function billing.expire_holds(at_most integer) returns integer
  language plpgsql as $$
declare
  due   uuid[];
  owner uuid;
  ids   uuid[];
begin
  select h.tenant_id into owner from billing.budget_hold h
  where h.state = 'held' and h.expires_at <= clock_timestamp() order by h.expires_at limit 1 for no key update skip locked;
  if not found then
    return 0;
  end if;
  select array_agg(distinct h.id), array_agg(distinct b) into due, ids from (
    select id, budget_ids from billing.budget_hold
    where tenant_id = owner and state = 'held' and expires_at <= clock_timestamp()
    order by expires_at limit at_most for no key update skip locked) h, unnest(h.budget_ids) b;
  perform from billing.budget b where b.tenant_id = owner and b.id = any (ids) order by b.tenant_id, b.id for no key update;
  with gone as (
    delete from billing.budget_leg l where l.tenant_id = owner and l.budget_id = any (ids) and l.hold_id = any (due)
    returning l.budget_id, l.amount_nanos
  )
  update billing.budget b set held_nanos = b.held_nanos - g.amount_nanos
  from (select budget_id, sum(amount_nanos) as amount_nanos from gone group by 1) g where b.tenant_id = owner and b.id = g.budget_id;
  update billing.budget_hold set state = 'expired', ended_at = expires_at where tenant_id = owner and id = any (due);
  return cardinality(due);
end $$;

grant execute on function billing.budget_period, billing.budget_carry, billing.budgets_at, billing.judge_budget, billing.budget_closure,
  billing.lock_budgets, billing.reserve_budgets, billing.end_hold to billing_service;
grant execute on function billing.expire_holds to billing_budgets;
