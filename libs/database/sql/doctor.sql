-- What would let a tenant's rows out, read from the catalogue. One row for each finding; none means sound.
with our_schema as (
  select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
), our_table as (
  select c.oid, format('%s.%s', s.nspname, c.relname) as name, s.nspname, c.relowner, c.relrowsecurity,
         c.relforcerowsecurity, c.relispartition, c.relacl, k.kind, k.owner_column
  from pg_class c join our_schema s on s.oid = c.relnamespace
  left join platform.known_table k on k.table_name = format('%s.%s', s.nspname, c.relname)
  where c.relkind in ('r', 'p') and format('%s.%s', s.nspname, c.relname) <> 'platform.migration'
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
), owned as (
  -- Tables whose rows have an owner, with the column that names it.
  select t.*, a.attnum, a.attnotnull
  from our_table t left join pg_attribute a on a.attrelid = t.oid and a.attname = t.owner_column and not a.attisdropped
  where t.kind in ('tenant', 'person') and not t.relispartition
), policy as (
  -- `shown` limits the rows that are seen, `accepted` those that are written.
  select t.name, t.kind, p.polname, p.polpermissive, p.polroles,
         case when p.polcmd <> 'a' then coalesce(q.shown, '') end as shown,
         case when p.polcmd in ('a', 'w', '*') then coalesce(q.accepted, q.shown, '') end as accepted
  from our_table t join pg_policy p on p.polrelid = t.oid, lateral (
    select pg_get_expr(p.polqual, p.polrelid) as shown, pg_get_expr(p.polwithcheck, p.polrelid) as accepted) q
), our_role as (
  -- Roles that belong to a schema of ours.
  select r.* from pg_roles r
  where exists (select from our_schema s where starts_with(r.rolname, s.nspname || '_')) and not r.rolsuper
), finding as (
  select 'table kind' as check, name as subject, 'is neither a tenant, a person nor a control table' as problem
  from our_table where kind is null and not relispartition

  union all select 'row security', name, 'row-level security is not enabled and forced'
  from our_table where not (relrowsecurity and relforcerowsecurity)
    and (not relispartition or exists (select from aclexplode(relacl) a where a.grantee <> relowner))

  union all select 'policy', t.name, format('has no policy that compares %s with app.%s_id, and nothing else', t.owner_column, t.kind)
  from owned t, lateral (select format(
    $re$^\(%s = \( SELECT \(NULLIF\(current_setting\('app\.%s_id'::text, true\), ''::text\)\)::uuid( AS "?nullif"?)?\)\)$$re$,
    quote_ident(t.owner_column), t.kind) as comparison) c
  where not exists (select from policy p where p.name = t.name and p.polname = t.kind and p.polpermissive
    and p.shown ~ c.comparison and coalesce(p.accepted, p.shown) ~ c.comparison)

  union all select 'policy', name, format('policy "%s" opens rows of every tenant to everybody or to a login', polname)
  from policy p where polpermissive and kind in ('tenant', 'person') and polname <> kind
    and (0 = any (polroles) or exists (select from pg_roles r where r.oid = any (polroles) and r.rolcanlogin))
    and (shown !~ 'current_setting\(''app\.(tenant|person)_id''' or accepted !~ 'current_setting\(''app\.(tenant|person)_id''')

  union all select 'policy', name, format('policy "%s" of a control table is for everybody', polname)
  from policy where kind = 'control' and polpermissive and 0 = any (polroles) and name not like 'platform.%'

  union all select 'owner column', name, format('%s is missing or may be null', owner_column)
  from owned where attnum is null or not attnotnull

  union all select 'primary key', name, 'has no primary key that starts with tenant_id'
  from owned t where kind = 'tenant'
    and not exists (select from pg_constraint c where c.conrelid = t.oid and c.contype = 'p' and c.conkey[1] = t.attnum)

  union all select 'unique', t.name, format('"%s" is unique across tenants', i.indexrelid::regclass)
  from owned t join pg_index i on i.indrelid = t.oid
  where t.kind = 'tenant' and i.indisunique and not i.indisprimary and t.attnum <> all (i.indkey::int2[])

  union all select 'foreign key', t.name, format('"%s" does not start with tenant_id on both sides', c.conname)
  from owned t join pg_constraint c on c.conrelid = t.oid and c.contype = 'f' and c.conparentid = 0
  join owned target on target.oid = c.confrelid and target.kind = 'tenant'
  where t.kind = 'tenant' and (c.conkey[1] <> t.attnum or c.confkey[1] <> target.attnum)

  union all select 'unclassified', t.name, format('column "%s" has no class', a.attname)
  from our_table t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
  where t.kind is not null
    and not exists (select from platform.column_class k where k.table_name = t.name and k.column_name = a.attname)

  union all select 'grant', t.name, format('%s may %s, which row-level security does not limit',
    case a.grantee when 0 then 'everybody' else a.grantee::regrole::text end, a.privilege_type)
  from our_table t, aclexplode(t.relacl) a
  where a.grantee <> t.relowner and (a.grantee = 0 or a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER'))

  union all select 'schema', s.nspname, format('%s may create things in it', r.rolname)
  from our_schema s join pg_roles r on r.rolcanlogin and not r.rolsuper
    and r.oid <> (select nspowner from pg_namespace n where n.oid = s.oid)
  where has_schema_privilege(r.oid, s.oid, 'create')
    and exists (select from our_table t where t.nspname = s.nspname)
    and not pg_has_role(r.oid, (select datdba from pg_database where datname = current_database()), 'usage')

  union all select 'view', c.oid::regclass::text, 'shows rows with the rights of a role that row-level security does not bind'
  from pg_class c join our_schema s on s.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
  where c.relkind = 'v' and (r.rolsuper or r.rolbypassrls)
    and not coalesce(c.reloptions @> '{security_invoker=true}', false)

  union all select 'view', c.oid::regclass::text, 'is a materialized view: row-level security does not apply to it'
  from pg_class c join our_schema s on s.oid = c.relnamespace where c.relkind = 'm'

  union all select 'function', p.oid::regprocedure::text, 'runs with its owner''s rights in whatever search_path the caller has'
  from pg_proc p join our_schema s on s.oid = p.pronamespace
  where p.prosecdef and not exists (select from unnest(p.proconfig) o where o like 'search_path=%')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')

  union all select 'function', p.oid::regprocedure::text, 'runs with its owner''s rights for everybody'
  from pg_proc p join our_schema s on s.oid = p.pronamespace
  where p.prosecdef and exists (
    select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')

  union all select 'role', rolname, 'bypasses row-level security' from our_role where rolbypassrls
  union all select 'role', rolname, 'owns a schema and can log in'
  from our_role where rolcanlogin and exists (select from pg_namespace n where n.nspowner = our_role.oid)
  union all select 'role', rolname, 'can log in and owns tables'
  from our_role where rolcanlogin and exists (select from our_table t where t.relowner = our_role.oid)
  union all select 'role', rolname, 'can log in and creates roles' from our_role where rolcanlogin and rolcreaterole

  union all select 'membership', m.rolname, format('inherits the rights of %s without asking', g.rolname)
  from pg_auth_members am join our_role m on m.oid = am.member join pg_roles g on g.oid = am.roleid
  where am.inherit_option and m.rolcanlogin
)
select distinct * from finding order by 1, 2, 3
