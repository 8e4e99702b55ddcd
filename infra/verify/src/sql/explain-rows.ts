import { newId } from '@tenantry/kernel';
import type { Service } from '@tenantry/service';
import type { Pair } from '../world/tenant.js';
import { roleOf, tablesOf, type TenantTable } from './catalogue.js';
import type { As, Session } from './session.js';
import { noteAttack, noteControl, PERMISSION_DENIED, type SqlRun } from './sql-run.js';

interface Place {
  readonly admin: Session;
  readonly tables: readonly TenantTable[];
}

/** Only this service may take tenants' roles at all. */
const DATA = 'data';

/** A division by zero for rows of whom `condition` names: only functions that are leakproof may look at a row before its policy does. */
const stumbling = ({ schema, name }: TenantTable, condition: string): string =>
  `select from ${schema}.${name} where 1 / (case when ${condition} then 0 else 1 end) = 1`;
const DIVISION_BY_ZERO = '22012';

/**
 * What plans and errors could tell of rows that a policy hides: `explain` counts what it saw, and a function that fails on a row tells that
 * the row is there. For one tenant, of another's rows, in every table where both have some.
 */
export async function explainRows(run: SqlRun, service: Service, session: Session, place: Place): Promise<void> {
  for (const pair of run.pairs) {
    for (const among of await placesOf(run, service, pair, place)) {
      await stumbleOver(run, session, among);
      await countInPlans(run, session, among);
    }
  }
  await explainOthers(run, service, session, place.tables);
}

/** Tables in which both tenants of a pair have rows, and as whom they can be read. */
interface Among {
  readonly subject: string;
  readonly pair: Pair;
  readonly as: As;
  readonly tables: readonly TenantTable[];
}

async function placesOf(run: SqlRun, service: Service, pair: Pair, place: Place): Promise<Among[]> {
  const [subject, as]: [string, As] = [`${service.name}_service`, { tenantId: pair.a.id }];
  const places: Among[] = [{ subject, pair, as, tables: await sharedTables(service, pair, place) }];
  if (service.name === DATA && pair.mode === 'pool') {
    const tables = [run.productTables.name, run.productTables.parent].map((name) => ({ schema: 'product', name }));
    places.push({ subject: `${subject} as a tenant's role`, pair, as: { ...as, role: roleOf(pair.a.id) }, tables });
  }
  return places.filter(({ tables }) => tables.length > 0);
}

/** Where both tenants have rows, and the login may read. */
async function sharedTables({ name }: Service, { a, b }: Pair, { admin, tables }: Place): Promise<TenantTable[]> {
  const own = tables.filter(({ schema }) => schema === name);
  if (own.length === 0) return [];
  const role = `${name}_service`;
  const ofOther = await tablesOf(admin, own, { tenantId: b.id, role });
  return ofOther.length === 0 ? [] : tablesOf(admin, ofOther, { tenantId: a.id, role });
}

async function stumbleOver(run: SqlRun, session: Session, { subject, pair, as, tables }: Among): Promise<void> {
  const { mode, a } = pair;
  const fallen = async (condition: string): Promise<string[]> => {
    const found: string[] = [];
    for (const table of tables) {
      const { refused } = await session.try(stumbling(table, condition), as);
      if (refused === DIVISION_BY_ZERO) found.push(`${table.schema}.${table.name}`);
    }
    return found;
  };
  const own = await fallen(`tenant_id = '${a.id}'`);
  const control = { subject, attack: `control: an error about own rows (${mode})`, expected: 'in every table' };
  noteControl(run, { ...control, held: own.length > 0, seen: `in ${own.length} of ${tables.length}` });
  const foreign = await fallen(`tenant_id <> '${a.id}'`);
  const seen = foreign.join(', ') || `no error, in ${tables.length} tables`;
  const outcome = { subject, attack: `an error about others' rows (${mode})`, held: foreign.length === 0 };
  noteAttack(run, { ...outcome, expected: 'no error', seen });
}

/** How many rows of a table a plan looked at: what it guessed, and the way that it took for that, tells of statistics only. */
async function countInPlans(run: SqlRun, session: Session, { subject, pair, as, tables }: Among): Promise<void> {
  const { mode, a, b } = pair;
  const telling: string[] = [];
  let own = 0;
  for (const { schema, name: table } of tables) {
    const lookedAt = async (tenantId: string): Promise<number> => {
      const text = `explain (analyze, format json) select from ${schema}.${table} where tenant_id = '${tenantId}'`;
      const { rows, refused, message } = await session.try(text, as);
      if (refused) throw new Error(`no plan for ${schema}.${table}: ${message}`);
      const [{ Plan }] = rows[0]!['QUERY PLAN'] as [{ Plan: PlanNode }];
      return rowsLookedAt(Plan);
    };
    own += await lookedAt(a.id);
    if ((await lookedAt(b.id)) !== (await lookedAt(newId()))) telling.push(`${schema}.${table}`);
  }
  const control = { subject, attack: `control: what a plan counts of own rows (${mode})`, expected: 'some' };
  noteControl(run, { ...control, held: own > 0, seen: String(own) });
  const seen = telling.join(', ') || `the same, in ${tables.length} tables`;
  const outcome = { subject, attack: `what a plan counts of another's rows (${mode})`, held: telling.length === 0 };
  noteAttack(run, { ...outcome, expected: 'as for an id that nobody has', seen });
}

/** A step of a plan that was carried out, as Postgres prints it. */
interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function rowsLookedAt(node: PlanNode): number {
  const isTable = node['Relation Name'] !== undefined;
  const perLoop = isTable ? node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) : 0;
  return (node.Plans ?? []).reduce((sum, one) => sum + rowsLookedAt(one), perLoop * node['Actual Loops']);
}

/** A plan of what may not be read is not shown either. */
async function explainOthers(
  run: SqlRun,
  { name }: Service,
  session: Session,
  tables: readonly TenantTable[],
): Promise<void> {
  const others = run.instance.services.map((one) => one.name).filter((one) => one !== name);
  const firsts = others.flatMap((one) => tables.find(({ schema }) => schema === one) ?? []);
  const open: string[] = [];
  for (const { schema, name: table } of firsts) {
    const { refused } = await session.try(`explain select from ${schema}.${table}`);
    if (refused !== PERMISSION_DENIED) open.push(`${schema}.${table}`);
  }
  const seen = open.join(', ') || `permission denied, ${firsts.length} times`;
  const outcome = { subject: `${name}_service`, attack: "plans for other services' tables", seen };
  noteAttack(run, { ...outcome, held: open.length === 0 && firsts.length > 0, expected: 'permission denied' });
}
