import type { Service } from '@tenantry/service';
import type { Pair } from '../world/tenant.js';
import { roleOf, tablesOf, type TenantTable } from './catalogue.js';
import type { As, Session } from './session.js';
import { noteAttack, noteControl, type SqlRun } from './sql-run.js';

interface Place {
  readonly admin: Session;
  readonly tables: readonly TenantTable[];
}

/** Reads every table under a service's login: without a tenant, as one tenant the rows of others, and what is another service's. */
export async function readRowsOfOthers(run: SqlRun, service: Service, session: Session, place: Place): Promise<void> {
  const subject = `${service.name}_service`;
  const untold = await visible(session, place.tables, 'true');
  noteAttack(run, { subject, attack: 'without a tenant', ...noneOf(untold) });
  for (const pair of run.pairs) await asTenant(run, { service: service.name, session, pair }, place);
  await otherServices(run, service, session, place.tables);
}

/** The tables in which rows that fulfil a condition can be seen; one that may not be read has none. */
function visible(session: Session, tables: readonly TenantTable[], where: string, as: As = {}): Promise<string[]> {
  const names = tables.map(({ schema, name }) => `${schema}.${name}`);
  return session.finding(names, `select from %s where ${where}`, as);
}

function noneOf(seen: readonly string[]): { held: boolean; expected: string; seen: string } {
  return { held: seen.length === 0, expected: 'no rows', seen: seen.join(', ') || 'none' };
}

async function asTenant(
  run: SqlRun,
  { service, session, pair }: { service: string; session: Session; pair: Pair },
  { admin, tables }: Place,
): Promise<void> {
  const { mode, a, b } = pair;
  const subject = `${service}_service`;
  const as = { tenantId: a.id };
  const inOwnSchema = tables.filter(({ schema }) => schema === service);
  const filled = await tablesOf(admin, inOwnSchema, { tenantId: a.id, role: subject });
  const own = await visible(session, filled, `tenant_id = '${a.id}'`, as);
  const held = own.length > 0 || filled.length === 0;
  const seen = `${own.length} of ${filled.length} tables`;
  noteControl(run, { subject, attack: `control: as a tenant (${mode})`, held, expected: 'its own rows', seen });
  const foreign = await visible(session, tables, `tenant_id <> '${a.id}'`, as);
  noteAttack(run, { subject, attack: `as a tenant (${mode}), rows of others`, ...noneOf(foreign) });
  const ofOther = tables.filter(({ schema }) => schema === roleOf(b.id));
  const direct = await visible(session, ofOther, 'true', { tenantId: b.id });
  noteAttack(run, { subject, attack: `tables of a tenant (${mode}) without its role`, ...noneOf(direct) });
}

async function otherServices(
  run: SqlRun,
  service: Service,
  session: Session,
  tables: readonly TenantTable[],
): Promise<void> {
  const names = run.instance.services.map(({ name }) => name).filter((name) => name !== service.name);
  const others = tables.filter(({ schema }) => names.includes(schema));
  // One that may be read answers, whether it has rows or not.
  const places = others.map(({ schema, name }) => `${schema}.${name}`);
  const open = await session.finding(places, 'select count(*) from (select from %s limit 1) as t');
  const held = open.length === 0 && others.length > 0;
  const seen = open.join(', ') || `permission denied, ${others.length} times`;
  const outcome = { subject: `${service.name}_service`, attack: "other services' tables", held, seen };
  noteAttack(run, { ...outcome, expected: 'permission denied' });
}
