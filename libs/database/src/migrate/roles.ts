import pg from 'pg';
import { sql } from '../sql.js';
import { type Admin } from './admin.js';
import { isVerifierOf, scramVerifier } from './scram.js';
import { type ServiceSchema, rolesOf } from './service-schema.js';

const ATTRIBUTES = 'nosuperuser nobypassrls nocreatedb noreplication';
/** Roles belong to the whole cluster: migrations of its other databases may be making the same ones. */
const TRIES = 20;
const MADE_BY_ANOTHER = new Set(['23505', '42710', 'XX000']);

interface Role {
  readonly rolname: string;
  readonly rolcanlogin: boolean;
  readonly rolcreaterole: boolean;
}

/** Makes what is missing and leaves alone what is right, so that a second run writes nothing. */
export async function ensureRoles(admin: Admin, services: readonly ServiceSchema[]): Promise<void> {
  await ensureRole(admin, 'platform_owner', 'nologin nocreaterole');
  for (const service of services) {
    const { owner, service: login, jobs } = rolesOf(service);
    const createsRoles = service.ownerMay?.includes('create-roles') ? 'createrole' : 'nocreaterole';
    await ensureRole(admin, owner, `nologin ${createsRoles}`);
    await ensureRole(admin, login, 'login nocreaterole');
    await ensurePassword(admin, login, service.password);
    for (const job of jobs) {
      await ensureRole(admin, job, 'nologin nocreaterole');
      await ensureMembership(admin, job, login);
    }
  }
}

/** For a database's own administrator, who is not a superuser: to make things in the name of the owners. */
export async function ensureAdminMayActAs(admin: Admin, owner: string): Promise<void> {
  if (!(await admin.exists(sql`select where pg_has_role(${owner}, 'set')`))) {
    await admin.format('grant %I to %I with set true, inherit false', owner, admin.name);
  }
}

async function ensureRole(admin: Admin, name: string, attributes: string): Promise<void> {
  const wanted = { rolcanlogin: attributes.startsWith('login'), rolcreaterole: attributes.endsWith(' createrole') };
  await despiteOthers(async () => {
    const [role] = await admin.query<Role>(
      sql`select rolname, rolcanlogin, rolcreaterole from pg_roles where rolname = ${name}`,
    );
    if (!role) {
      await admin.format(`create role %I ${attributes} noinherit ${ATTRIBUTES}`, name);
    } else if (role.rolcanlogin !== wanted.rolcanlogin || role.rolcreaterole !== wanted.rolcreaterole) {
      await admin.format(`alter role %I ${attributes}`, name);
    }
  });
}

async function ensurePassword(admin: Admin, name: string, password: string): Promise<void> {
  await despiteOthers(async () => {
    const [stored] = admin.isSuperuser
      ? await admin.query<{ rolpassword: string | null }>(
          sql`select rolpassword from pg_authid where rolname = ${name}`,
        )
      : [];
    if (!stored?.rolpassword || !isVerifierOf(stored.rolpassword, password)) {
      await admin.format('alter role %I password %L', name, scramVerifier(password));
    }
  });
}

/** The login may become the job for a transaction, and has none of its rights otherwise. */
async function ensureMembership(admin: Admin, role: string, member: string): Promise<void> {
  await despiteOthers(async () => {
    const isRight = await admin.exists(sql`
      select from pg_auth_members where roleid = ${role}::regrole and member = ${member}::regrole
        and set_option and not inherit_option and not admin_option`);
    if (!isRight) {
      await admin.format('grant %I to %I with inherit false, set true, admin false', role, member);
    }
  });
}

async function despiteOthers(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      const inTheWay = error instanceof pg.DatabaseError && MADE_BY_ANOTHER.has(error.code ?? '');
      if (!inTheWay || tries === TRIES) {
        throw error;
      }
    }
  }
}
