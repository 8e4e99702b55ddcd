import type { Session } from './session.js';

/** A function or procedure that runs with its owner's rights, whoever calls it. */
export interface DefinerRoutine {
  readonly schema: string;
  /** Quoted, with the schema. */
  readonly name: string;
  /** As the catalogue prints it, with the types of its arguments. */
  readonly signature: string;
  readonly isProcedure: boolean;
  readonly argumentTypes: readonly string[];
  /** The logins and other roles that may call it. */
  readonly callers: readonly string[];
}

/** Every one that can be called at all, of whatever schema; a trigger's can't. `roles` are those that somebody may turn up as. */
export async function definerRoutines(admin: Session, roles: readonly string[]): Promise<DefinerRoutine[]> {
  const { rows } = await admin.try(`
    select n.nspname as schema, format('%I.%I', n.nspname, p.proname) as name, p.oid::regprocedure::text as signature,
      p.prokind = 'p' as "isProcedure",
      array(select format_type(t, null) from unnest(p.proargtypes::oid[]) with ordinality as a (t, position) order by position) as "argumentTypes",
      array(select r.rolname::text from pg_roles r where r.rolname = any (array[${roles.map((role) => `'${role}'`).join(', ')}]::name[])
        and has_schema_privilege(r.oid, n.oid, 'usage') and has_function_privilege(r.oid, p.oid, 'execute')) as callers
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef and p.prokind in ('f', 'p') and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    order by 3`);
  return rows as unknown as DefinerRoutine[];
}

/** The roles of jobs that a login may take, tenants' roles apart. */
export async function jobRolesOf(admin: Session, login: string): Promise<string[]> {
  const { rows } = await admin.try(`
    select g.rolname::text as role from pg_auth_members m join pg_roles g on g.oid = m.roleid
    where m.member = '${login}'::regrole and m.set_option and g.rolname !~ '^t_[0-9a-f]{32}$' order by 1`);
  return rows.map(({ role }) => String(role));
}
