-- Which rows are under a legal hold. Compliance decides, and says so before its own commit; a hold of which it never says that it is placed
-- ends after a day, so that a crash between the two leaves nothing that nobody can release. Held rows are neither changed nor deleted.
create table data.row_hold (
  tenant_id    uuid        not null,
  id           uuid        not null,
  table_name   text        not null check (length(table_name) between 1 and 63),
  subject_key  text        check (length(subject_key) between 1 and 200),   -- one person's rows, in every table
  filter       text        check (length(filter) between 1 and 2000),       -- the rows that match, now and later
  held_at      timestamptz not null,
  confirmed_at timestamptz,
  released_at  timestamptz,
  primary key (tenant_id, id),
  check (subject_key is null or filter is null)
);
create index row_hold_in_force on data.row_hold (tenant_id, table_name) where released_at is null;
call platform.tenant_table('data.row_hold', classes => '{"table_name": "internal", "subject_key": "personal", "filter": "personal"}');
revoke delete on data.row_hold from data_service;
call platform.control_access('data.row_hold', 'data_product', 'select');

-- Whether anything of the tenant is held: asked with every change of rows, and answered by one look into an index.
create function data.has_row_holds() returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return exists (select from data.row_hold h where h.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
    and h.released_at is null and (h.confirmed_at is not null or h.held_at > now() - interval '1 day'));

-- The holds in force, for a transaction that works under the tenant's role.
create function data.row_holds()
  returns table (id uuid, table_name text, subject_key text, filter text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select h.id, h.table_name, h.subject_key, h.filter from data.row_hold h
  where h.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
    and h.released_at is null and (h.confirmed_at is not null or h.held_at > now() - interval '1 day')
  order by h.id;
end;
grant execute on function data.has_row_holds, data.row_holds to data_tenant, data_service;

-- As before, and whether anything of the tenant is held.
drop function data.take_row_changes();
create function data.take_row_changes()
  returns table (table_name text, action text, old text, new text, has_holds boolean)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
begin atomic
  with taken as (
    delete from data.row_change c where c.xid = pg_current_xact_id()
    returning c.position, c.table_name, c.action, c.old, c.new
  )
  select t.table_name, t.action, t.old::text, t.new::text, (select data.has_row_holds()) from taken t order by t.position;
end;
grant execute on function data.take_row_changes to data_tenant, data_service;
