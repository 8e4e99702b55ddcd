-- A searchable encrypted column has a second one beside it, `<column>$blind`: 16 bits of a keyed hash of the value, by which
-- equal values are found. No column of a table can be called so, because names have no `$`.
create function data.blind_name(column_name text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return column_name || '$blind';

create procedure data.add_blind_index(full_name text, column_name text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if length(data.checked_column(column_name)) > 57 then
    raise exception 'a searchable column has a name of at most 57 characters' using errcode = '42622';
  end if;
  execute format('alter table %s add column %I integer', full_name, data.blind_name(column_name));
  execute format('create index on %s (tenant_id, %I)', full_name, data.blind_name(column_name));
end $$;

-- As before, and blind indexes.
create or replace procedure data.create_table(target text, grantee text, step jsonb)
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
  for c in select * from jsonb_array_elements(step -> 'columns') where (value ->> 'searchable')::boolean loop
    call data.add_blind_index(full_name, c ->> 'name');
  end loop;
  call platform.tenant_table(full_name::regclass, classes => step -> 'classes', subject => step ->> 'subject', grantee => grantee);
  foreach event in array array['insert', 'update', 'delete'] loop
    execute format('create trigger capture_%1$s after %1$s on %2$s referencing %3$s for each statement execute function data.capture_change()',
      event, full_name,
      case event when 'insert' then 'new table as new_rows' when 'delete' then 'old table as old_rows'
        else 'old table as old_rows new table as new_rows' end);
  end loop;
end $$;

create or replace procedure data.add_column(target text, grantee text, step jsonb)
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
  if (c ->> 'searchable')::boolean then
    call data.add_blind_index(full_name, c ->> 'name');
  end if;
  call platform.tenant_table(full_name::regclass, classes => step -> 'classes', grantee => grantee);
end $$;

create procedure data.drop_column(target text, grantee text, step jsonb)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  full_name   text := format('%I.%I', target, data.checked_name(step ->> 'table'));
  column_name text := data.checked_column(step ->> 'column');
begin
  execute format('alter table %s drop column %I', full_name, column_name);
  if exists (select from pg_attribute where attrelid = full_name::regclass and attname = data.blind_name(column_name) and not attisdropped) then
    execute format('alter table %s drop column %I', full_name, data.blind_name(column_name));
  end if;
  call platform.tenant_table(full_name::regclass, grantee => grantee);
end $$;

create or replace procedure data.run_steps(target text, grantee text, steps jsonb)
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
      when 'drop_column' then call data.drop_column(target, grantee, step);
      when 'drop_foreign_key' then
        execute format('alter table %s drop constraint %I', full_name, data.checked_name(step ->> 'name'));
        execute format('drop index if exists %I.%I', target, data.index_name(step ->> 'table', step ->> 'name'));
      else raise exception 'not a step: %', quote_nullable(step ->> 'do') using errcode = '42601';
    end case;
  end loop;
end $$;
