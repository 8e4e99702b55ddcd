-- What the platform's staff may touch by a grant of the tenant: the tables that the session's grant names, and their rows only as
-- far as it says. The session's settings come from the signed context; without them there is nothing for support.
create function data.support_sql(table_name text, event text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  return format('((select current_setting(''app.actor_role'', true)) = ''support''
    and (select nullif(current_setting(''app.grant_tables'', true), '''')::jsonb) ?| array[''*'', %L]%s)', table_name,
    case when event = 'select' then '' else ' and (select current_setting(''app.grant_access'', true)) = ''write''' end);

-- As before, and support.
create or replace procedure data.set_access(target text, step jsonb)
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
    allowed := allowed || ' or ' || data.support_sql(step ->> 'table', event);
    execute format('drop policy if exists access_%s on %s', event, full_name);
    execute format('create policy access_%1$s on %2$s as restrictive for %1$s %3$s', event, full_name,
      case event when 'insert' then format('with check (%s)', allowed)
        when 'update' then format('using (%1$s) with check (%1$s)', allowed)
        else format('using (%s)', allowed) end);
  end loop;
end $$;

-- The tables that are there.
do $$
declare
  p record;
begin
  for p in
    select c.oid::regclass as full_name, c.relname, o.polname, substr(o.polname, length('access_') + 1) as event,
      pg_get_expr(o.polqual, o.polrelid) as shown, pg_get_expr(o.polwithcheck, o.polrelid) as accepted
    from pg_policy o join pg_class c on c.oid = o.polrelid join pg_namespace n on n.oid = c.relnamespace
    where (n.nspname = 'product' or n.nspname ~ '^t_[0-9a-f]{32}$') and not o.polpermissive
      and o.polname in ('access_select', 'access_insert', 'access_update', 'access_delete')
  loop
    execute format('alter policy %I on %s %s %s', p.polname, p.full_name,
      case when p.shown is not null then format('using (%s or %s)', p.shown, data.support_sql(p.relname, p.event)) else '' end,
      case when p.accepted is not null then format('with check (%s or %s)', p.accepted, data.support_sql(p.relname, p.event)) else '' end);
  end loop;
end $$;
