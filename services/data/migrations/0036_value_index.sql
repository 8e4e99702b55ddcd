-- Keyed hashes of what rows say in classified columns, by which a tenant's guardrails find it in texts (docs/adr/0023). Nothing can be read from
-- them without the index's own key, which seals nothing and goes with the index.
create table data.value_index (
  tenant_id     uuid        not null,
  sealed_key    text        not null,
  version       bigint      not null default 0,      -- of the newest batch
  removals      bigint      not null default 0,      -- rows of which something was taken out
  space_version bigint,                              -- of the tables that it is made for; null before the first batch
  since_xid     xid8,                                -- who began to write before it may not have noted it: rows are read when they have ended
  not_before    timestamptz not null,                -- of its next batch
  asked_at      timestamptz not null,                -- nobody needs one that nobody asks for
  primary key (tenant_id)
);
call platform.tenant_table('data.value_index', classes => '{"sealed_key": "secret"}');

create table data.value_index_table (
  tenant_id  uuid    not null,
  table_name text    not null,
  columns    text[]  not null,                       -- those whose values are in it, with their classes: others mean that it is made again
  after_key  text[],                                 -- the last row of the first walk
  is_walked  boolean not null default false,
  primary key (tenant_id, table_name)
);
call platform.tenant_table('data.value_index_table', classes => '{"table_name": "internal", "columns": "internal", "after_key": "internal"}');

create table data.value_mark (
  tenant_id  uuid   not null,
  table_name text   not null,
  row_key    text   not null,
  version    bigint not null,
  marks      bytea,                                  -- null while the row was changed and not looked at again
  primary key (tenant_id, table_name, row_key)
);
call platform.tenant_table('data.value_mark', classes => '{"table_name": "internal", "row_key": "internal", "marks": "sensitive"}');
create index value_mark_version on data.value_mark (tenant_id, version) where marks is not null;
create index value_mark_due on data.value_mark (tenant_id, table_name, row_key) where marks is null;

-- Whoever changes rows of the tenant must know without another look.
alter table data.space add column has_value_index boolean not null default false;
call platform.tenant_table('data.space');

-- Notes rows that were changed or deleted: what they said is destroyed in the commit that changes them, what they say now is looked at after it.
create function data.note_changed_values(tables text[], keys text[]) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  insert into data.value_mark as known (tenant_id, table_name, row_key, version)
    select t.tenant_id, c.table_name, c.row_key, 0
    from (select distinct u.table_name, u.row_key from unnest(tables, keys) as u (table_name, row_key)) c
    join data.value_index_table t on t.table_name = c.table_name and t.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
    order by c.table_name, c.row_key
    on conflict on constraint value_mark_pkey do update set marks = null;
end;
grant execute on function data.note_changed_values to data_tenant, data_service;

call platform.control_access('data.value_index', 'data_values', 'select, update, delete');
call platform.control_access('data.value_index_table', 'data_values', 'select, insert, update, delete');
call platform.control_access('data.value_mark', 'data_values', 'select, insert, update, delete');
call platform.control_access('data.space', 'data_values', 'select, update');
call platform.control_access('data.table_definition', 'data_values', 'select');
