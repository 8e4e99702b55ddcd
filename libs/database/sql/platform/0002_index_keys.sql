-- The keys of blind indexes: what equal values of encrypted columns are found by. They are apart from the keys that seal, so
-- that who has one can't do what the other does, and wrapped by the master key as those are.
create table platform.index_key (
  tenant_id   uuid        not null,
  version     integer     not null check (version > 0),
  wrapped_key bytea       not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, version)
);
alter table platform.index_key enable row level security, force row level security;
create policy tenant on platform.index_key
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
insert into platform.known_table values ('platform.index_key', 'tenant', 'tenant_id', null);
insert into platform.column_class
  select 'platform.index_key', a.attname, case a.attname when 'wrapped_key' then 'secret' else 'none' end
  from pg_attribute a where a.attrelid = 'platform.index_key'::regclass and a.attnum > 0;

-- As before, and the index keys. Only these are ever deleted: when nothing is indexed under them any more.
create or replace procedure platform.admit_service(service text, jobs text[])
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  owner_role   text := service || '_owner';
  service_role text := service || '_service';
  job_role     text;
begin
  execute format('grant usage on schema platform to %I, %I', owner_role, service_role);
  execute format('grant execute on all routines in schema platform to %I', owner_role);
  execute format('revoke execute on procedure platform.admit_service from %I', owner_role);
  execute format('revoke execute on function platform.set_tenant_status, platform.assert_may_write from %I', owner_role);
  execute format('grant execute on function platform.assert_may_write to %I', service_role);
  execute format('grant select on platform.known_table, platform.column_class, platform.tenant_status to %I', service_role);
  execute format('grant select, insert on platform.tenant_key to %I', service_role);
  execute format('grant select, insert, delete on platform.index_key to %I', service_role);
  foreach job_role in array jobs loop
    execute format('grant usage on schema platform to %I', service || '_' || job_role);
    execute format('grant select on platform.known_table, platform.column_class to %I', service || '_' || job_role);
    if service = 'tenants' then
      execute format('grant execute on function platform.set_tenant_status to %I', service || '_' || job_role);
    end if;
  end loop;
  if service = 'tenants' then
    execute format('grant execute on function platform.set_tenant_status to %I', service_role);
  end if;
end $$;
