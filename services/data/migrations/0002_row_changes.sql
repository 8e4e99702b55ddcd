-- Every change of a row of a product or tenant table is caught by triggers, also those that a foreign key's action makes,
-- and handed to the transaction that made it, which publishes them. Only uncommitted rows are ever in here: nothing of
-- it needs to survive a crash.
create unlogged table data.row_change (
  tenant_id  uuid   not null,
  xid        xid8   not null default pg_current_xact_id(),
  position   bigint generated always as identity,
  table_name text   not null,
  action     text   not null,
  old        jsonb,
  new        jsonb,
  primary key (tenant_id, xid, position)
);
call platform.tenant_table('data.row_change', classes => '{"table_name": "internal", "old": "phi", "new": "phi"}');
revoke all on data.row_change from data_service;

create function data.capture_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- A whole row is `n.*`: a bare `n` would be the column of that name, if there is one.
  case tg_op
    when 'INSERT' then
      insert into data.row_change (tenant_id, table_name, action, new)
        select n.tenant_id, tg_table_name, 'insert', to_jsonb(n.*) - 'tenant_id' from new_rows n;
    when 'DELETE' then
      insert into data.row_change (tenant_id, table_name, action, old)
        select o.tenant_id, tg_table_name, 'delete', to_jsonb(o.*) - 'tenant_id' from old_rows o;
    else
      -- Both sides are in the order in which the rows were changed; a key may have changed as well.
      insert into data.row_change (tenant_id, table_name, action, old, new)
        select o.tenant_id, tg_table_name, 'update', o.row_values - 'tenant_id', n.row_values - 'tenant_id'
        from (select row_number() over () as number, r.tenant_id, to_jsonb(r.*) as row_values from old_rows r) o
        join (select row_number() over () as number, to_jsonb(r.*) as row_values from new_rows r) n using (number)
        order by number;
  end case;
  return null;
end $$;

-- Takes what this transaction has changed since it was last asked.
create function data.take_row_changes()
  returns table (table_name text, action text, old text, new text)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
begin atomic
  with taken as (
    delete from data.row_change c where c.xid = pg_current_xact_id()
    returning c.position, c.table_name, c.action, c.old, c.new
  )
  select t.table_name, t.action, t.old::text, t.new::text from taken t order by t.position;
end;
grant execute on function data.take_row_changes to data_tenant, data_service;
