import pg from 'pg';
import { sql } from '../sql.js';
import { type Admin } from './admin.js';
import { isVerifierOf, scramVerifier } from './scram.js';
import { type ServiceSchema, rolesOf } from './service-schema.js';

const ATTRIBUTES = 'nosuperuser nobypassrls nocreatedb noreplication';
/** Roles belong to the whole cluster: migrations of its other databases may be making the same ones. */
const TRIES = 20;
const MADE_BY_ANOTHER = new Set(['23505', '42710', 'XX000']);

/** What the cluster has of the roles we need. */
interface Known {
  readonly roles: ReadonlyMap<
    string,
    { readonly login: boolean; readonly creates: boolean; readonly password: string | null }
  >;
  /** `role>member`, where the member may become the role and inherits nothing. */
  readonly memberships: ReadonlySet<string>;
}

/**
 * Makes what is missing and leaves alone what is right, so that a second run writes nothing. When another migration made
 * something in between, everything is looked at again.
 */
export async function ensureRoles(admin: Admin, services: readonly ServiceSchema[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await complete(admin, await look(admin), services);
      return;
    } catch (error) {
      const inTheWay = error instanceof pg.DatabaseError && MADE_BY_ANOTHER.has(error.code ?? '');
      if (!inTheWay || tries === TRIES) {
        throw error;
      }
    }
  }
}

/** For a database's own administrator, who is not a superuser: to make things in the name of the owners. */
export async function ensureAdminMayActAs(admin: Admin, owner: string): Promise<void> {
  if (!(await admin.exists(sql`select where pg_has_role(${owner}, 'set')`))) {
    await admin.format('grant %I to %I with set true, inherit false', owner, admin.name);
  }
}

async function look(admin: Admin): Promise<Known> {
  // Only a superuser may read what is stored of passwords; anybody else writes them each time.
  const source = admin.isSuperuser ? sql`pg_authid` : sql`(select *, null::text as rolpassword from pg_roles) r`;
  const roles = await admin.query<{ name: string; login: boolean; creates: boolean; password: string | null }>(
    sql`select rolname as name, rolcanlogin as login, rolcreaterole as creates, rolpassword as password from ${source}`,
  );
  const memberships = await admin.query<{ name: string }>(sql`
    select format('%s>%s', r.rolname, m.rolname) as name
    from pg_auth_members am join pg_roles r on r.oid = am.roleid join pg_roles m on m.oid = am.member
    where set_option and not inherit_option and not admin_option`);
  return {
    roles: new Map(roles.map((role) => [role.name, role])),
    memberships: new Set(memberships.map((one) => one.name)),
  };
}

async function complete(admin: Admin, known: Known, services: readonly ServiceSchema[]): Promise<void> {
  await ensureRole(admin, known, 'platform_owner', {});
  for (const service of services) {
    const { owner, service: login, jobs } = rolesOf(service);
    await ensureRole(admin, known, owner, { creates: service.ownerMay?.includes('create-roles') });
    await ensureRole(admin, known, login, { login: true });
    await ensurePassword(admin, known, login, service.password);
    for (const job of jobs) {
      await ensureRole(admin, known, job, {});
      if (!known.memberships.has(`${job}>${login}`)) {
        await admin.format('grant %I to %I with inherit false, set true, admin false', job, login);
      }
    }
  }
}

async function ensureRole(
  admin: Admin,
  known: Known,
  name: string,
  { login = false, creates = false }: { login?: boolean; creates?: boolean },
): Promise<void> {
  const role = known.roles.get(name);
  const attributes = `${login ? 'login' : 'nologin'} ${creates ? 'createrole' : 'nocreaterole'}`;
  if (!role) {
    await admin.format(`create role %I ${attributes} noinherit ${ATTRIBUTES}`, name);
  } else if (role.login !== login || role.creates !== creates) {
    await admin.format(`alter role %I ${attributes}`, name);
  }
}

async function ensurePassword(admin: Admin, known: Known, name: string, password: string): Promise<void> {
  const stored = known.roles.get(name)?.password;
  if (!stored || !isVerifierOf(stored, password)) {
    await admin.format('alter role %I password %L', name, scramVerifier(password));
  }
}
