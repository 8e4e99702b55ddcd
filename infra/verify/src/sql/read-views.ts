import type { Service } from '@tenantry/service';
import type { Pair } from '../world/tenant.js';
import { roleOf } from './catalogue.js';
import type { As, Session } from './session.js';
import { noteAttack, noteControl, type SqlRun } from './sql-run.js';

/** Only this service may take tenants' roles at all. */
const DATA = 'data';

/** Selects from every view as each login, and as each tenant's role, for one tenant and for none: a view shows what its owner may see. */
export async function readViews(run: SqlRun, service: Service, session: Session, admin: Session): Promise<void> {
  const views = await viewsOf(admin, run.pairs);
  const subject = `${service.name}_service`;
  for (const pair of run.pairs) {
    const guises: [string, As][] = [['', { tenantId: pair.a.id }]];
    if (service.name === DATA) guises.push([", as a tenant's role", { tenantId: pair.a.id, role: roleOf(pair.a.id) }]);
    for (const [who, as] of guises) {
      const telling = await showing(session, views, marksOf(pair.b.id, pair.b.canary.text), as);
      const seen = telling.join(', ') || `nothing in ${views.length} views`;
      const outcome = { subject, attack: `views${who} (${pair.mode})`, held: telling.length === 0, seen };
      noteAttack(run, { ...outcome, expected: 'nothing of another tenant' });
    }
  }
  const all = run.pairs.flatMap(({ a, b }) => [a, b]).flatMap(({ id, canary }) => marksOf(id, canary.text));
  const untold = await showing(session, views, all, {});
  const seen = untold.join(', ') || `nothing in ${views.length} views`;
  noteAttack(run, {
    subject,
    attack: 'views without a tenant',
    held: untold.length === 0,
    expected: 'nothing of a tenant',
    seen,
  });
  if (service.name === DATA) await ownViews(run, session, views);
}

/** A tenant's role does see its own: the proof that views would show what they may. */
async function ownViews(run: SqlRun, session: Session, views: readonly string[]): Promise<void> {
  for (const { mode, a } of run.pairs) {
    if (!views.some((view) => view.startsWith(`${roleOf(a.id)}.`))) continue; // it was given none
    const as = { tenantId: a.id, role: roleOf(a.id) };
    const own = await showing(session, views, marksOf(a.id, a.canary.text), as);
    const control = {
      subject: `${DATA}_service`,
      attack: `control: a tenant's role at its views (${mode})`,
      held: own.length > 0,
    };
    noteControl(run, { ...control, expected: 'its own rows', seen: own.join(', ') || 'nothing' });
  }
}

/** All there are, but for those in schemas of tenants that are not of this run. */
async function viewsOf(admin: Session, pairs: readonly Pair[]): Promise<string[]> {
  const roles = pairs.flatMap(({ a, b }) => [`'${roleOf(a.id)}'`, `'${roleOf(b.id)}'`]).join(', ');
  const { rows } = await admin.try(`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and (n.nspname !~ '^t_[0-9a-f]{32}$' or n.nspname in (${roles})) order by 1`);
  return rows.map(({ name }) => String(name));
}

/** Those that show a row with one of the marks; a view that may not be read shows none. */
function showing(session: Session, views: readonly string[], marks: readonly string[], as: As): Promise<string[]> {
  const patterns = marks.map((mark) => `'%%${mark}%%'`).join(', ');
  return session.finding(views, `select from %s v where v::text like any (array[${patterns}])`, as);
}

function marksOf(id: string, canary: string): string[] {
  return [id, canary];
}
