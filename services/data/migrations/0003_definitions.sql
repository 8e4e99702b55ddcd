-- The only DDL there is after migration. Callers hand over a list of steps, made from a checked definition; every name,
-- type, default and action is checked again here. Nothing but these functions' owner may create, alter or drop tables.

create function data.checked_name(name text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if name is null or name !~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$' or name ~* '^pg_' then
    raise exception 'not a name: %', quote_nullable(left(name, 80)) using errcode = '42602';
  end if;
  return name;
end $$;

create function data.checked_column(name text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if lower(name) in ('tenant_id', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax', 'ctid', 'oid') then
    raise exception 'a column can''t be called %', name using errcode = '42939';
  end if;
  return data.checked_name(name);
end $$;

create function data.checked_type(type text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if type is null or type !~ ('^(text|varchar(\(\d{1,8}\))?|char(\(\d{1,8}\))?|smallint|integer|bigint|numeric(\(\d{1,4}(,\d{1,4})?\))?|'
    || 'real|double precision|boolean|date|time|timestamp|timestamptz|interval|uuid|jsonb|inet)(\[\])?$') then
    raise exception 'not an allowed type: %', quote_nullable(left(type, 80)) using errcode = '42704';
  end if;
  return type;
end $$;

create function data.default_sql(value jsonb, type text) returns text
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if coalesce(jsonb_typeof(value), 'null') = 'null' then
    return '';
  elsif value ? 'function' then
    if value ->> 'function' not in ('now()', 'uuidv7()', 'gen_random_uuid()') then
      raise exception 'not an allowed default' using errcode = '42601';
    end if;
    return ' default pg_catalog.' || (value ->> 'function');
  end if;
  return format(' default %L::%s', value ->> 'literal', data.checked_type(type));
end $$;

create function data.column_sql(c jsonb) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return format('%I %s%s%s', data.checked_column(c ->> 'name'), data.checked_type(c ->> 'type'),
    case when (c ->> 'nullable')::boolean then '' else ' not null' end,
    data.default_sql(c -> 'default', c ->> 'type'));

-- A quoted list of columns after tenant_id.
create function data.key_sql(columns jsonb) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return (select 'tenant_id, ' || string_agg(format('%I', data.checked_column(name)), ', ' order by position)
          from jsonb_array_elements_text(columns) with ordinality as c (name, position));

-- `<table>_<column>_key`, cut to what Postgres can hold.
create function data.unique_name(table_name text, column_name text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return left(table_name || '_' || column_name, 59) || '_key';

create procedure data.create_table(target text, grantee text, step jsonb)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  full_name text := format('%I.%I', target, data.checked_name(step ->> 'table'));
  c         jsonb;
  event     text;
begin
  execute format('create table %s (tenant_id uuid not null default nullif(current_setting(''app.tenant_id'', true), '''')::uuid, %s, primary key (%s))',
    full_name,
    (select string_agg(data.column_sql(one), ', ' order by position) from jsonb_array_elements(step -> 'columns') with ordinality as list (one, position)),
    data.key_sql(step -> 'primaryKey'));
  for c in select * from jsonb_array_elements(step -> 'columns') where (value ->> 'unique')::boolean loop
    execute format('alter table %s add constraint %I unique (%s)', full_name,
      data.unique_name(step ->> 'table', c ->> 'name'), data.key_sql(jsonb_build_array(c ->> 'name')));
  end loop;
  call platform.tenant_table(full_name::regclass, classes => step -> 'classes', subject => step ->> 'subject', grantee => grantee);
  foreach event in array array['insert', 'update', 'delete'] loop
    execute format('create trigger capture_%1$s after %1$s on %2$s referencing %3$s for each statement execute function data.capture_change()',
      event, full_name,
      case event when 'insert' then 'new table as new_rows' when 'delete' then 'old table as old_rows'
        else 'old table as old_rows new table as new_rows' end);
  end loop;
end $$;

create procedure data.add_column(target text, grantee text, step jsonb)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  full_name text  := format('%I.%I', target, data.checked_name(step ->> 'table'));
  c         jsonb := step -> 'column';
begin
  execute format('alter table %s add column %s', full_name, data.column_sql(c));
  if (c ->> 'unique')::boolean then
    execute format('alter table %s add constraint %I unique (%s)', full_name,
      data.unique_name(step ->> 'table', c ->> 'name'), data.key_sql(jsonb_build_array(c ->> 'name')));
  end if;
  call platform.tenant_table(full_name::regclass, classes => step -> 'classes', grantee => grantee);
end $$;

create procedure data.add_foreign_key(target text, referenced_schema text, step jsonb)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  table_name text  := data.checked_name(step ->> 'table');
  full_name  text  := format('%I.%I', target, table_name);
  key        jsonb := step -> 'key';
  on_delete  text  := key ->> 'onDelete';
  other_name text  := format('%I.%I', referenced_schema, data.checked_name(key ->> 'table'));
begin
  if on_delete not in ('no action', 'restrict', 'cascade', 'set null', 'set default') then
    raise exception 'not an action: %', quote_nullable(on_delete) using errcode = '42601';
  end if;
  -- The rows that are there are checked by a query, which must see those of every tenant.
  execute format('alter table %s no force row level security', full_name);
  execute format('alter table %s no force row level security', other_name);
  execute format('alter table %s add constraint %I foreign key (%s) references %s (%s) on delete %s%s', full_name,
    data.checked_name(key ->> 'name'), data.key_sql(key -> 'columns'), other_name, data.key_sql(key -> 'referencedColumns'), on_delete,
    -- tenant_id itself stays.
    case when on_delete in ('set null', 'set default') then format(' (%s)', substr(data.key_sql(key -> 'columns'), length('tenant_id, ') + 1)) else '' end);
  execute format('alter table %s force row level security', full_name);
  execute format('alter table %s force row level security', other_name);
  execute format('create index if not exists %I on %s (%s)', data.index_name(table_name, key ->> 'name'), full_name, data.key_sql(key -> 'columns'));
end $$;

create function data.index_name(table_name text, key_name text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return left(table_name, 29) || '_' || left(key_name, 29) || '_idx';

-- Who may touch which rows: on top of the tenant's policy, which stays the only one that gives anything.
create procedure data.set_access(target text, step jsonb)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  full_name text := format('%I.%I', target, data.checked_name(step ->> 'table'));
  owner     text := case when step ->> 'ownerColumn' is not null then data.checked_column(step ->> 'ownerColumn') end;
  event     text;
  allowed   text;
begin
  foreach event in array array['select', 'insert', 'update', 'delete'] loop
    allowed := format('(select current_setting(''app.actor_role'', true)) = any (%L::text[])', data.checked_principals(step #> array['policies', event, 'all']));
    if owner is not null then
      allowed := allowed || format(' or ((select current_setting(''app.actor_role'', true)) = any (%L::text[]) and %I::text = (select current_setting(''app.actor_id'', true)))',
        data.checked_principals(step #> array['policies', event, 'own']), owner);
    end if;
    execute format('drop policy if exists access_%s on %s', event, full_name);
    execute format('create policy access_%1$s on %2$s as restrictive for %1$s %3$s', event, full_name,
      case event when 'insert' then format('with check (%s)', allowed)
        when 'update' then format('using (%1$s) with check (%1$s)', allowed)
        else format('using (%s)', allowed) end);
  end loop;
end $$;

create function data.checked_principals(names jsonb) returns text[]
  language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  list text[] := array(select jsonb_array_elements_text(names));
begin
  if not list <@ array['owner', 'admin', 'manager', 'staff', 'agent', 'compliance', 'customer', 'secret_key', 'public_key', 'service'] then
    raise exception 'not a role or kind of key' using errcode = '42704';
  end if;
  return list;
end $$;

-- Runs steps in one schema. Tables that a step refers to are there too, or are product tables of the pool.
create procedure data.run_steps(target text, grantee text, steps jsonb)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  step      jsonb;
  full_name text;
begin
  for step in select * from jsonb_array_elements(steps) loop
    full_name := format('%I.%I', target, data.checked_name(step ->> 'table'));
    case step ->> 'do'
      when 'create_table' then call data.create_table(target, grantee, step);
      when 'add_column' then call data.add_column(target, grantee, step);
      when 'add_foreign_key' then
        call data.add_foreign_key(target,
          case when to_regclass(format('%I.%I', target, data.checked_name(step #>> '{key,table}'))) is null then 'product' else target end, step);
      when 'set_access' then call data.set_access(target, step);
      when 'drop_table' then
        execute format('drop table %s', full_name);
        perform platform.forget_table(format('%s.%s', target, step ->> 'table'));
      when 'drop_column' then
        execute format('alter table %s drop column %I', full_name, data.checked_column(step ->> 'column'));
        call platform.tenant_table(full_name::regclass, grantee => grantee);
      when 'drop_foreign_key' then
        execute format('alter table %s drop constraint %I', full_name, data.checked_name(step ->> 'name'));
        execute format('drop index if exists %I.%I', target, data.index_name(step ->> 'table', step ->> 'name'));
      else raise exception 'not a step: %', quote_nullable(step ->> 'do') using errcode = '42601';
    end case;
  end loop;
end $$;
