import type { Service } from '@tenantry/service';
import { forbiddenStatements } from './forbidden-statements.js';
import type { Session } from './session.js';
import { noteAttack, noteRefusal, type SqlRun } from './sql-run.js';

/** What must be none of a login's, by what it is. */
const mustBeNone: Readonly<Record<string, string>> = {
  'what it owns': `select count(*)::int as count from pg_class where relowner = current_user::regrole`,
  'what it inherits': `select count(*)::int as count from pg_auth_members
    where member = current_user::regrole and inherit_option`,
  'what statistics tell of rows': `select count(*)::int as count from pg_stats
    where schemaname <> all ('{pg_catalog,information_schema}')`,
  "others' statements": `select count(*)::int as count from pg_stat_activity
    where usename <> current_user and query not in ('', '<insufficient privilege>')`,
};

/** Does what a login may not, and counts what it must not have. */
export async function useOwnRights(run: SqlRun, { name }: Service, session: Session): Promise<void> {
  const subject = `${name}_service`;
  for (const [attack, text] of Object.entries(forbiddenStatements)) {
    noteRefusal(run, subject, attack, await session.try(text));
  }
  for (const [attack, text] of Object.entries(mustBeNone)) {
    const { rows, refused } = await session.try(text);
    const count = rows[0]?.['count'];
    noteAttack(run, { subject, attack, held: count === 0, expected: 'nothing', seen: refused ?? String(count) });
  }
}
