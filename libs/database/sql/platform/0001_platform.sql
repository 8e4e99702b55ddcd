-- What isolation rests on. Runs as platform_owner, who never logs in, in the schema `platform`.
--
-- Glossary: a *tenant table* shows the rows of `app.tenant_id`, a *person table* those of `app.person_id`, a *control
-- table* is seen by named jobs only. Each is made by one procedure below, and looked after by the doctor.

-- Which tables there are, of which kind. `owner_column` is what the policy compares with the setting.
create table platform.known_table (
  table_name   text primary key,                       -- schema.table
  kind         text not null check (kind in ('tenant', 'person', 'control')),
  owner_column text,
  subject      text                                    -- the column that points to the person the row is about
);

-- How sensitive each column is.
create table platform.column_class (
  table_name  text not null references platform.known_table on delete cascade,
  column_name text not null,
  class       text not null
    check (class in ('none', 'internal', 'personal', 'sensitive', 'phi', 'payment_token', 'secret')),
  primary key (table_name, column_name)
);

-- Whether a tenant may write, on this cell. A tenant without a row may not.
create table platform.tenant_status (
  tenant_id  uuid        primary key,
  status     text        not null check (status in ('provisioning', 'active', 'suspended', 'deactivated', 'failed')),
  mode       text        not null check (mode in ('pool', 'schema', 'database')),
  cell       text        not null,
  version    bigint      not null,
  changed_at timestamptz not null default now()
);

-- The tenants' data keys, wrapped by the master key. Deleting a tenant's rows makes its sealed values unreadable.
create table platform.tenant_key (
  tenant_id   uuid        not null,
  version     integer     not null check (version > 0),
  wrapped_key bytea       not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, version)
);

----------------------------------------------------------------------------------------------------------------------
-- The registry. Only the owners of schemas may call it; the procedures below have shown by then that the table is theirs.

create function platform.register_table(t regclass, kind text, owner_column text, classes jsonb, subject text)
  returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  full_name text := (select format('%s.%s', n.nspname, c.relname)
                     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = t);
  wrong     text;
begin
  select key into wrong from jsonb_each_text(classes) as named (key, class)
    where not exists (select from pg_attribute a where a.attrelid = t and a.attname = key and a.attnum > 0 and not a.attisdropped);
  if found then
    raise exception 'table % has no column "%" to classify', full_name, wrong;
  end if;
  insert into platform.known_table values (full_name, kind, owner_column, subject)
    on conflict (table_name) do update
    set kind = excluded.kind, owner_column = excluded.owner_column, subject = coalesce(excluded.subject, known_table.subject);
  -- What was classified before keeps its class unless it is named again.
  insert into platform.column_class
    select full_name, a.attname, coalesce(classes ->> a.attname::text, 'none')
    from pg_attribute a where a.attrelid = t and a.attnum > 0 and not a.attisdropped
    on conflict (table_name, column_name) do update set class = excluded.class where classes ? excluded.column_name;
  delete from platform.column_class c where c.table_name = full_name
    and not exists (select from pg_attribute a where a.attrelid = t and a.attname = c.column_name and not a.attisdropped);
end $$;

-- For whoever drops a table: what was known about it goes too.
create function platform.forget_table(full_name text)
  returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where format('%s.%s', n.nspname, c.relname) = full_name) then
    raise exception 'table % still exists', full_name;
  end if;
  delete from platform.known_table where table_name = full_name;
end $$;

create function platform.service_of(t regclass) returns text
  language sql stable set search_path = pg_catalog, pg_temp
  return (select n.nspname || '_service' from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = t);

create function platform.checked_rights(rights text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if rights !~* '^\s*(select|insert|update|delete)(\s*,\s*(select|insert|update|delete))*\s*$' then
    raise exception 'rights are a list of select, insert, update, delete, not %', quote_literal(rights);
  end if;
  return rights;
end $$;

----------------------------------------------------------------------------------------------------------------------
-- The kinds of tables. These run as the caller, who owns the table. Calling one again, after a column was added for
-- example, changes nothing else.

-- Rows belong to a tenant. `classes` names the class of each column that is not `none`; `subject` names the column that
-- points to the person whom a row is about; `grantee` is the role that works on it, by default `<schema>_service`.
create procedure platform.tenant_table(
  t regclass, classes jsonb default '{}', subject text default null, grantee text default null)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('alter table %s enable row level security, force row level security, alter tenant_id set not null', t);
  execute format('drop policy if exists tenant on %s', t);
  execute format($policy$create policy tenant on %s
    using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))$policy$, t);
  execute format('grant select, insert, update, delete on %s to %I', t, coalesce(grantee, platform.service_of(t)));
  perform platform.register_table(t, 'tenant', 'tenant_id', classes, subject);
end $$;

-- Rows belong to a person, whichever tenants they belong to. `person_column` is `id` on the table of persons itself.
create procedure platform.person_table(
  t regclass, classes jsonb default '{}', subject text default null, person_column text default 'person_id')
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('alter table %s enable row level security, force row level security, alter %I set not null', t, person_column);
  execute format('drop policy if exists person on %s', t);
  execute format($policy$create policy person on %1$s
    using (%2$I = (select nullif(current_setting('app.person_id', true), '')::uuid))
    with check (%2$I = (select nullif(current_setting('app.person_id', true), '')::uuid))$policy$, t, person_column);
  execute format('grant select, insert, update, delete on %s to %I', t, platform.service_of(t));
  perform platform.register_table(t, 'person', person_column, classes, coalesce(subject, person_column));
end $$;

-- An extra policy and grant for one job on any table; `job_role` is the full name, e.g. `identity_signin`.
create procedure platform.control_access(t regclass, job_role text, rights text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('drop policy if exists %I on %s', 'job ' || job_role, t);
  execute format('create policy %I on %s to %I using (true) with check (true)', 'job ' || job_role, t, job_role);
  execute format('revoke all on %s from %I', t, job_role);
  execute format('grant %s on %s to %I', platform.checked_rights(rights), t, job_role);
end $$;

-- Rows belong to the control plane: nobody sees them but the jobs that are named, each with its rights. Call it once for
-- each job.
create procedure platform.control_table(t regclass, job_role text, rights text, classes jsonb default '{}')
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('alter table %s enable row level security, force row level security', t);
  call platform.control_access(t, job_role, rights);
  perform platform.register_table(t, 'control', null, classes, null);
end $$;

create function platform.refuse_change() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '%.% only grows', tg_table_schema, tg_table_name using errcode = '42501';
end $$;

-- Rows are never changed or removed, not even by the owner of the table. Erasable values live in another table.
create procedure platform.append_only(t regclass)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  role_name text;
begin
  execute format('create or replace trigger append_only before update or delete or truncate on %s
    for each statement execute function platform.refuse_change()', t);
  for role_name in
    select distinct grantee::regrole::text
    from pg_class c, aclexplode(c.relacl) where c.oid = t and grantee <> 0 and grantee <> c.relowner
  loop
    execute format('revoke update, delete, truncate on %s from %s', t, role_name);
  end loop;
end $$;

----------------------------------------------------------------------------------------------------------------------
-- The tenant's status.

-- Sets a tenant's status on this cell, in the transaction that decides it. An older version never overwrites a newer one.
create function platform.set_tenant_status(tenant uuid, status text, mode text, cell text, version bigint)
  returns void language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  insert into platform.tenant_status as known (tenant_id, status, mode, cell, version)
    values (tenant, set_tenant_status.status, set_tenant_status.mode, set_tenant_status.cell, set_tenant_status.version)
    on conflict (tenant_id) do update
    set status = excluded.status, mode = excluded.mode, cell = excluded.cell, version = excluded.version, changed_at = now()
    where known.version < excluded.version;
end;

-- Refuses a write of a tenant that may not: called at begin and again just before commit, in every write transaction.
-- `exempt` is `none`, `suspended` (the operation stays open while suspended) or `any` (the platform's own purposes).
create function platform.assert_may_write(tenant uuid, exempt text)
  returns void language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_status text := (select s.status from platform.tenant_status s where s.tenant_id = tenant);
begin
  if found_status = 'active' or (exempt = 'any' and found_status is not null)
     or (exempt = 'suspended' and found_status = 'suspended') then
    return;
  elsif found_status is null then
    raise exception 'no such tenant on this cell' using errcode = 'TN404';
  elsif found_status = 'suspended' then
    raise exception 'the tenant is suspended' using errcode = 'TN423';
  end if;
  raise exception 'the tenant is %', found_status using errcode = 'TN409';
end $$;

----------------------------------------------------------------------------------------------------------------------
-- Rights. Nothing here is for everybody.

revoke all on all tables in schema platform from public;
revoke all on all routines in schema platform from public;

alter table platform.known_table enable row level security, force row level security;
alter table platform.column_class enable row level security, force row level security;
alter table platform.tenant_status enable row level security, force row level security;
alter table platform.tenant_key enable row level security, force row level security;
create policy registry on platform.known_table using (true) with check (true);
create policy registry on platform.column_class using (true) with check (true);
create policy owner on platform.tenant_status to platform_owner using (true) with check (true);
create policy tenant on platform.tenant_status for select
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy tenant on platform.tenant_key
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

insert into platform.known_table values
  ('platform.tenant_status', 'tenant', 'tenant_id', null), ('platform.tenant_key', 'tenant', 'tenant_id', null),
  ('platform.known_table', 'control', null, null), ('platform.column_class', 'control', null, null);
insert into platform.column_class
  select format('%s.%s', c.relnamespace::regnamespace, c.relname), a.attname,
         case a.attname when 'wrapped_key' then 'secret' else 'none' end
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'platform'::regnamespace and c.relkind = 'r' and a.attnum > 0
    and format('%s.%s', c.relnamespace::regnamespace, c.relname) in (select table_name from platform.known_table);

-- The platform is a tenant as well: its staff's events, keys and audit trail.
insert into platform.tenant_status values ('00000000-0000-7000-8000-000000000001', 'active', 'pool', 'home', 1);

-- What a service's roles may do here; the migration runner calls it for each service, and again for each new job.
create procedure platform.admit_service(service text, jobs text[])
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
revoke all on procedure platform.admit_service from public;
