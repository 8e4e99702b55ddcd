-- Calling these again, after a column was added for example, changes nothing but classes: a right that was taken from a service is not given
-- back by a later migration that forgets to take it again. Rights are given to a table that is new here, once.

create function platform.is_new(t regclass) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return not exists (
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join platform.known_table k on k.table_name = format('%s.%s', n.nspname, c.relname)
    -- A table that was made again under a known name has had no rights given yet.
    where c.oid = t and c.relacl is not null);
revoke all on function platform.is_new from public;

create or replace procedure platform.tenant_table(
  t regclass, classes jsonb default '{}', subject text default null, grantee text default null)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('alter table %s enable row level security, force row level security, alter tenant_id set not null', t);
  execute format('drop policy if exists tenant on %s', t);
  execute format($policy$create policy tenant on %s
    using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
    with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))$policy$, t);
  if platform.is_new(t) then
    execute format('grant select, insert, update, delete on %s to %I', t, coalesce(grantee, platform.service_of(t)));
  end if;
  perform platform.register_table(t, 'tenant', 'tenant_id', classes, subject);
end $$;

create or replace procedure platform.person_table(
  t regclass, classes jsonb default '{}', subject text default null, person_column text default 'person_id')
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('alter table %s enable row level security, force row level security, alter %I set not null', t, person_column);
  execute format('drop policy if exists person on %s', t);
  execute format($policy$create policy person on %1$s
    using (%2$I = (select nullif(current_setting('app.person_id', true), '')::uuid))
    with check (%2$I = (select nullif(current_setting('app.person_id', true), '')::uuid))$policy$, t, person_column);
  if platform.is_new(t) then
    execute format('grant select, insert, update, delete on %s to %I', t, platform.service_of(t));
  end if;
  perform platform.register_table(t, 'person', person_column, classes, coalesce(subject, person_column));
end $$;
