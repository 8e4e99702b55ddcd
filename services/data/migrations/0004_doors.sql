-- What services may ask the owner to do. Each works on the schema of the tenant whose transaction it is, whatever the
-- caller says; nothing of another tenant can be named.

create function data.own_schema() returns text
  language sql stable set search_path = pg_catalog, pg_temp
  return 't_' || replace(nullif(current_setting('app.tenant_id', true), '')::uuid::text, '-', '');

-- Makes the tenant's schema and its role, which only a session of this service can take, and only by asking. Once there,
-- nothing changes.
create function data.open_schema(shares_pool boolean) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text := data.own_schema();
begin
  if own is null then
    raise exception 'no tenant' using errcode = '42501';
  end if;
  if not exists (select from pg_roles where rolname = own) then
    execute format('create role %I nologin noinherit', own);
    execute format('grant %I to data_service with inherit false, set true', own);
  end if;
  execute format('grant %I to %I with inherit true, set false', case when shares_pool then 'data_pool' else 'data_tenant' end, own);
  execute format('create schema if not exists %I', own);
  execute format('grant usage on schema %1$I to %1$I', own);
  return own;
end $$;

-- Takes or gives back the role's right to its schema.
create function data.set_schema_access(open boolean) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text := data.own_schema();
begin
  if not exists (select from pg_namespace where nspname = own) then
    return;
  elsif open then
    execute format('grant usage on schema %1$I to %1$I', own);
  else
    execute format('revoke usage on schema %1$I from %1$I', own);
  end if;
end $$;

-- Drops the tenant's schema with everything in it, and the role.
create function data.drop_schema() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s' as $$
declare
  own    text := data.own_schema();
  tables text[];
begin
  select array_agg(relname) into tables from pg_class where relnamespace = to_regnamespace(own) and relkind = 'r';
  execute format('drop schema if exists %I cascade', own);
  perform platform.forget_table(format('%s.%s', own, name)) from unnest(tables) as name;
  execute format('drop role if exists %I', own);
end $$;

-- Changes tables of the tenant's own schema.
create function data.alter_schema(steps jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s' as $$
begin
  call data.run_steps(data.own_schema(), data.own_schema(), steps);
end $$;

-- Changes the shared tables of the pool.
create function data.alter_pool(steps jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s' as $$
begin
  call data.run_steps('product', 'data_pool', steps);
end $$;

-- Shows the tenant its audit trail as a table of its schema. The view reads with its owner's rights, whom the trail's
-- own policy binds to the tenant of the transaction.
create function data.open_audit_log() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  execute format($view$create or replace view %I.audit_log with (security_barrier = true) as
    select tenant_id, sequence, occurred_at, action, outcome, actor_kind, actor_id, actor_role, service, event, operation,
      resource, resource_id, change, old_values::jsonb as old_values, new_values::jsonb as new_values, request_id
    from audit.entry$view$, data.own_schema());
  execute format('grant select on %1$I.audit_log to %1$I', data.own_schema());
end $$;

grant execute on function data.open_schema, data.set_schema_access, data.drop_schema, data.alter_schema, data.open_audit_log to data_service;
grant execute on function data.alter_schema, data.alter_pool to data_product;
