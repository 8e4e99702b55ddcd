-- A part of a hold is a hold of its own: what it keeps was taken from the whole, on the very budgets that hold it, so that in between it is nobody's.
-- Locks: a part, then its whole, then budgets by id, then their legs.
alter table billing.budget_hold add column parent_id uuid;
call platform.tenant_table('billing.budget_hold');
revoke delete on billing.budget_hold from billing_service;
alter type billing.budget_settlement add attribute parent_id uuid;

-- Takes a part of a hold. The budgets of the whole keep what they hold; `asked` names others, on which it is held anew, and whose verdicts are
-- answered: the part was made if and only if none of them refuses and is enforced. BH409: the whole is not held any more. BH402: it has less.
create function billing.split_hold(new_hold uuid, split uuid, asked uuid[], amount bigint, lasts interval, zone text, purpose jsonb)
  returns setof billing.budget_verdict language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  whole    billing.budget_hold;
  ids      uuid[];
  at       timestamptz;
  ends_at  timestamptz;
  verdicts billing.budget_verdict[];
  v        billing.budget_verdict;
  refused  boolean := false;
begin
  select * into whole from billing.budget_hold where id = split for no key update;
  if not found then
    raise exception 'no such hold' using errcode = 'TN404';
  end if;
  ids := whole.budget_ids;
  if cardinality(asked) > 0 then
    select array_agg(distinct id order by id) into ids from unnest(whole.budget_ids || billing.budget_closure(asked)) id;
  end if;
  at := billing.lock_budgets(ids, zone);
  if whole.state <> 'held' or whole.expires_at <= at then
    raise exception 'the hold has ended' using errcode = 'BH409';
  elsif whole.estimate_nanos is null or whole.estimate_nanos < amount then
    raise exception 'the hold has less' using errcode = 'BH402';
  end if;
  select coalesce(array_agg(j), '{}') into verdicts from billing.budget b, billing.judge_budget(b, amount, whole.currency, at) j
    where b.id = any (ids) and b.id <> all (whole.budget_ids);
  foreach v in array verdicts loop
    return next v;
    refused := refused or (v.is_enforced and v.reason is not null);
  end loop;
  if refused then
    return;
  end if;
  ends_at := least(at + lasts, whole.expires_at);
  insert into billing.budget_hold (tenant_id, id, parent_id, asked_ids, budget_ids, currency, estimate_nanos, state, created_at, expires_at, purpose)
    values (whole.tenant_id, new_hold, split, array(select distinct id from unnest(whole.asked_ids || asked) id order by id), ids, whole.currency,
      amount, 'held', at, ends_at, split_hold.purpose);
  update billing.budget_hold set estimate_nanos = estimate_nanos - amount where tenant_id = whole.tenant_id and id = split;
  update billing.budget_leg l set amount_nanos = l.amount_nanos - amount
    where l.tenant_id = whole.tenant_id and l.budget_id = any (whole.budget_ids) and l.expires_at = whole.expires_at and l.hold_id = split;
  insert into billing.budget_leg (tenant_id, budget_id, hold_id, amount_nanos, expires_at)
    select whole.tenant_id, id, new_hold, amount, ends_at from unnest(ids) id;
  update billing.budget b set held_nanos = b.held_nanos + amount
    where b.tenant_id = whole.tenant_id and b.id = any (ids) and b.id <> all (whole.budget_ids);
  insert into billing.budget_shadow_denial
    select whole.tenant_id, uuidv7(), j.budget_id, new_hold, j.reason, amount, j.headroom_nanos, at
    from unnest(verdicts) j where j.reason is not null;
end $$;
grant execute on function billing.split_hold to billing_service;

-- As before; of a part, what it did not spend goes back to the whole.
create or replace function billing.end_hold(ended uuid, actual bigint, zone text, quietly boolean)
  returns setof billing.budget_settlement language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  h       billing.budget_hold;
  whole   billing.budget_hold;
  rest    bigint;
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
  if h.parent_id is not null then
    select * into whole from billing.budget_hold where id = h.parent_id for no key update;
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
    c.period_starts_at, c.limit_nanos + c.carried_nanos, c.spent_nanos, c.alert_percents, c.alerted_percent, h.parent_id)::billing.budget_settlement)
  into done from changed c;
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
