-- How many rows and bytes the tables of a tenant have, without counting them at each write.
--
-- Every statement that changes rows leaves a line in a journal, in its own transaction: nobody waits for anybody. Lines are folded into the counts
-- by whoever must hold a limit, and else every few seconds. In any snapshot, counts and journal together say exactly what the tables hold.

-- The bytes of a row are the length of its text form, tenant_id and sealed values included: the same wherever and however it is stored.
create table data.table_count (
  tenant_id  uuid   not null,
  table_name text   not null,
  rows       bigint not null,
  bytes      bigint not null,
  primary key (tenant_id, table_name)
);
call platform.tenant_table('data.table_count', classes => '{"table_name": "internal"}');
revoke insert, update, delete on data.table_count from data_service;

-- Rows inserted in each calendar month of the tenant's time zone. What is deleted later was inserted all the same.
create table data.month_count (
  tenant_id  uuid   not null,
  table_name text   not null,
  month      date   not null,
  inserted   bigint not null,
  primary key (tenant_id, table_name, month)
);
call platform.tenant_table('data.month_count', classes => '{"table_name": "internal"}');
revoke insert, update, delete on data.month_count from data_service;

create table data.count_change (
  tenant_id  uuid        not null,
  position   bigint      generated always as identity,
  xid        xid8        not null default pg_current_xact_id(),
  table_name text        not null,
  rows       bigint      not null,
  bytes      bigint      not null,
  inserted   bigint      not null,
  made_at    timestamptz not null default now(),
  primary key (tenant_id, position)
);
call platform.tenant_table('data.count_change', classes => '{"table_name": "internal"}');
revoke all on data.count_change from data_service;

-- As before, and a line of the journal for each statement.
create or replace function data.capture_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- A whole row is `n.*`: a bare `n` would be the column of that name, if there is one.
  case tg_op
    when 'INSERT' then
      insert into data.row_change (tenant_id, table_name, action, new)
        select n.tenant_id, tg_table_name, 'insert', to_jsonb(n.*) - 'tenant_id' from new_rows n;
      insert into data.count_change (tenant_id, table_name, rows, bytes, inserted)
        select n.tenant_id, tg_table_name, count(*), sum(octet_length((n.*)::text)), count(*) from new_rows n group by n.tenant_id;
    when 'DELETE' then
      insert into data.row_change (tenant_id, table_name, action, old)
        select o.tenant_id, tg_table_name, 'delete', to_jsonb(o.*) - 'tenant_id' from old_rows o;
      insert into data.count_change (tenant_id, table_name, rows, bytes, inserted)
        select o.tenant_id, tg_table_name, -count(*), -sum(octet_length((o.*)::text)), 0 from old_rows o group by o.tenant_id;
    else
      -- Both sides are in the order in which the rows were changed; a key may have changed as well.
      insert into data.row_change (tenant_id, table_name, action, old, new)
        select o.tenant_id, tg_table_name, 'update', o.row_values - 'tenant_id', n.row_values - 'tenant_id'
        from (select row_number() over () as number, r.tenant_id, to_jsonb(r.*) as row_values from old_rows r) o
        join (select row_number() over () as number, to_jsonb(r.*) as row_values from new_rows r) n using (number)
        order by number;
      insert into data.count_change (tenant_id, table_name, rows, bytes, inserted)
        select s.tenant_id, tg_table_name, 0, sum(s.bytes), 0 from (
          select r.tenant_id, octet_length((r.*)::text) as bytes from new_rows r
          union all select r.tenant_id, -octet_length((r.*)::text) from old_rows r) s
        group by s.tenant_id having sum(s.bytes) <> 0;
  end case;
  return null;
end $$;

-- What the tenant's tables hold now, and the part of it that this transaction has added: counts and journal together.
create function data.current_counts(time_zone text)
  returns table (table_name text, rows bigint, bytes bigint, inserted bigint, own_rows bigint, own_bytes bigint, own_inserted bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  with own as (select nullif(current_setting('app.tenant_id', true), '')::uuid as tenant_id),
  month as (select date_trunc('month', now() at time zone time_zone)::date as day),
  parts as (
    select c.table_name, c.rows, c.bytes, 0::bigint as inserted, false as is_own from data.table_count c join own using (tenant_id)
    union all
    select c.table_name, 0, 0, c.inserted, false from data.month_count c join own using (tenant_id) join month on c.month = month.day
    union all
    select c.table_name, c.rows, c.bytes,
      case when date_trunc('month', c.made_at at time zone time_zone)::date = month.day then c.inserted else 0 end,
      c.xid is not distinct from pg_current_xact_id_if_assigned()
    from data.count_change c join own using (tenant_id) cross join month
  )
  select p.table_name, sum(p.rows)::bigint, sum(p.bytes)::bigint, sum(p.inserted)::bigint,
    coalesce(sum(p.rows) filter (where p.is_own), 0)::bigint, coalesce(sum(p.bytes) filter (where p.is_own), 0)::bigint,
    coalesce(sum(p.inserted) filter (where p.is_own), 0)::bigint
  from parts p group by p.table_name order by p.table_name;
end;

-- The same for a transaction that must not pass a limit: from here to its commit no other of this tenant can look, so of writers who are at the
-- limit at the same time each sees all who were before it. It also folds what the others have left, so that looking stays cheap.
create function data.hold_counts(time_zone text)
  returns table (table_name text, rows bigint, bytes bigint, inserted bigint, own_rows bigint, own_bytes bigint, own_inserted bigint)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('data counts ' || tenant, 0));
  -- A new statement: it sees what was committed while this one waited.
  with taken as (
    delete from data.count_change c where c.tenant_id = tenant and c.xid <> pg_current_xact_id() returning c.*
  ), months as (
    insert into data.month_count as known (tenant_id, table_name, month, inserted)
    select tenant, t.table_name, date_trunc('month', t.made_at at time zone time_zone)::date as month, sum(t.inserted)
    from taken t where t.inserted > 0 group by t.table_name, 3 order by t.table_name, 3
    on conflict on constraint month_count_pkey do update set inserted = known.inserted + excluded.inserted
  )
  insert into data.table_count as known (tenant_id, table_name, rows, bytes)
  select tenant, t.table_name, sum(t.rows), sum(t.bytes) from taken t group by t.table_name order by t.table_name
  on conflict on constraint table_count_pkey do update set rows = known.rows + excluded.rows, bytes = known.bytes + excluded.bytes;
  return query select * from data.current_counts(time_zone);
end $$;

-- Forgets what was counted of tables that are dropped; of all tables of the tenant when none is named.
create function data.forget_counts(tables text[]) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  delete from data.count_change c
    where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and (tables is null or c.table_name = any (tables));
  delete from data.month_count c
    where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and (tables is null or c.table_name = any (tables));
  delete from data.table_count c
    where c.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and (tables is null or c.table_name = any (tables));
end;

-- As before, and dropped tables are forgotten.
create or replace function data.alter_schema(steps jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s' as $$
begin
  call data.run_steps(data.own_schema(), data.own_schema(), steps);
  perform data.forget_counts(array(select step ->> 'table' from jsonb_array_elements(steps) step where step ->> 'do' = 'drop_table'));
end $$;

grant execute on function data.current_counts, data.hold_counts to data_tenant, data_service;
grant execute on function data.forget_counts to data_service;

-- Folding for all tenants, and forgetting the pool's dropped tables.
call platform.control_access('data.count_change', 'data_counts', 'select, insert, update, delete');
call platform.control_access('data.table_count', 'data_counts', 'select, insert, update, delete');
call platform.control_access('data.month_count', 'data_counts', 'select, insert, update');
call platform.control_access('data.count_change', 'data_product', 'select, delete');
call platform.control_access('data.table_count', 'data_product', 'select, delete');
call platform.control_access('data.month_count', 'data_product', 'select, delete');
