import type { Cells } from '../cells.js';
import { type Step, type StepResult } from '../wire/flight.js';

/**
 * What makes row-level security optional for the login: an attribute, a table of its own, or a role whose rights it has
 * without asking (inherited) or could take that would give it one of the former.
 */
const WEAKNESSES: Step = {
  key: 'safe login',
  values: [],
  text: `
    with recursive reach (role, inherited, path) as (
      select oid, true, rolname::text from pg_roles where rolname = session_user
      union
      select m.roleid, r.inherited and m.inherit_option, r.path || ' > ' || g.rolname
      from reach r join pg_auth_members m on m.member = r.role join pg_roles g on g.oid = m.roleid
      where m.set_option or m.inherit_option
    )
    select distinct w.weakness from reach r join pg_roles role on role.oid = r.role
    cross join lateral (values
      (role.rolsuper, 'is a superuser: ' || r.path),
      (role.rolbypassrls, 'bypasses row-level security: ' || r.path),
      (role.rolcreaterole and r.path = session_user, 'creates roles: ' || r.path),
      (role.rolreplication, 'reads the replication stream: ' || r.path),
      (r.inherited and r.path <> session_user, 'inherits a role: ' || r.path),
      (role.rolname ~ '^pg_(read|write)_all_data$|^pg_(read|write|execute)_server|^pg_database_owner$', 'may become ' || r.path),
      (exists (select from pg_class c where c.relowner = r.role and c.relkind in ('r', 'p')), 'owns tables: ' || r.path)
    ) as w (found, weakness)
    where w.found order by 1`,
};

/** @throws Error that names what is wrong; the service must not start */
export async function assertSafeLogin(cells: Cells): Promise<void> {
  for (const [cell, pool] of cells.entries) {
    const connection = await pool.acquire();
    let result: StepResult;
    try {
      result = (await connection.fly([WEAKNESSES]))[0]!;
    } finally {
      pool.release(connection);
    }
    if (result.rows.length > 0) {
      const weaknesses = result.rows.map((row) => (row as { weakness: string }).weakness);
      throw new Error(
        `the database login of cell "${cell}" could step around row-level security: ${weaknesses.join('; ')}`,
      );
    }
  }
}
