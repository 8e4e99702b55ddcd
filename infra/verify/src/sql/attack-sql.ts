import { doctor } from '@tenantry/database';
import type { OpenInstance } from '@tenantry/local';
import type { Service } from '@tenantry/service';
import type { TableNames } from '../inputs/tables.js';
import type { Findings } from '../report/outcome.js';
import type { Pair } from '../world/tenant.js';
import { roleOf, tablesOf, tenantTables, type TenantTable } from './catalogue.js';
import { forbiddenStatements } from './forbidden-statements.js';
import { Session, type As, type Tried } from './session.js';

/** What the attacks in SQL work with. */
export interface SqlRun {
  readonly instance: OpenInstance;
  readonly pairs: readonly Pair[];
  readonly productTables: TableNames;
  readonly findings: Findings;
  readonly progress: (text: string) => void;
}

const PERMISSION_DENIED = '42501';

/** Attacks the database under every login that a service has, and looks through the catalogue for what would let rows out. */
export async function attackSql(run: SqlRun): Promise<void> {
  const admin = await Session.open(run.instance.adminUrl);
  try {
    const tables = await tenantTables(admin);
    for (const service of run.instance.services.filter(({ migrations }) => migrations)) {
      run.progress(service.name);
      await asLogin(run, service, admin, tables);
    }
  } finally {
    await admin.close();
  }
  const found = await doctor(run.instance.adminUrl);
  const seen = found.map(({ subject, problem }) => `${subject}: ${problem}`).join('; ');
  note(run, {
    subject: 'catalogue',
    attack: 'doctor',
    held: found.length === 0,
    expected: 'no findings',
    seen: seen || 'none',
  });
}

type Noted = Parameters<Findings['record']>[0];

function note({ findings }: SqlRun, outcome: Omit<Noted, 'section'>): void {
  findings.record({ section: 'sql', ...outcome });
}

async function asLogin(run: SqlRun, service: Service, admin: Session, tables: readonly TenantTable[]): Promise<void> {
  const session = await Session.open(run.instance.loginUrl(service));
  try {
    await rowsOfOthers(run, service, session, { admin, tables });
    await asTenantRoles(run, service, session);
    await ownRights(run, service, session);
  } finally {
    await session.close();
  }
}

/** Counts rows by a condition in every table at once; a table that may not be read has none. */
async function visible(session: Session, tables: readonly TenantTable[], where: string, as: As): Promise<string[]> {
  const seen: string[] = [];
  for (const { schema, name } of tables) {
    const { rows } = await session.try(`select from ${schema}.${name} where ${where} limit 1`, as);
    if (rows.length > 0) seen.push(`${schema}.${name}`);
  }
  return seen;
}

async function rowsOfOthers(
  run: SqlRun,
  { name: service }: Service,
  session: Session,
  { admin, tables }: { admin: Session; tables: readonly TenantTable[] },
): Promise<void> {
  const subject = `${service}_service`;
  const none = { subject, expected: 'no rows' };
  const untold = await visible(session, tables, 'true', {});
  note(run, { ...none, attack: 'without a tenant', held: untold.length === 0, seen: untold.join(', ') || 'none' });
  for (const { mode, a, b } of run.pairs) {
    const as = { tenantId: a.id };
    const own = await tablesOf(
      admin,
      tables.filter(({ schema }) => schema === service),
      a.id,
    );
    const control = await visible(session, own, `tenant_id = '${a.id}'`, as);
    const foreign = await visible(session, tables, `tenant_id <> '${a.id}'`, as);
    run.findings.record({
      ...{ section: 'controls', subject, attack: `control: as a tenant (${mode})`, expected: 'its own rows' },
      ...{ held: control.length > 0 || own.length === 0, seen: `${control.length} of ${own.length} tables` },
    });
    const attack = `as a tenant (${mode}), rows of others`;
    note(run, { ...none, attack, held: foreign.length === 0, seen: foreign.join(', ') || 'none' });
    const schemas = tables.filter(({ schema }) => schema === roleOf(b.id));
    const direct = await visible(session, schemas, 'true', { tenantId: b.id });
    const attackDirect = `tables of a tenant (${mode}) without its role`;
    note(run, { ...none, attack: attackDirect, held: direct.length === 0, seen: direct.join(', ') || 'none' });
  }
  const others = tables.filter(({ schema }) =>
    run.instance.services.some(({ name }) => name === schema && name !== service),
  );
  const open: string[] = [];
  for (const { schema, name } of others) {
    const { refused } = await session.try(`select from ${schema}.${name} limit 1`);
    if (refused !== PERMISSION_DENIED) open.push(`${schema}.${name}`);
  }
  const refusal = { subject, attack: "other services' tables", expected: 'permission denied' };
  note(run, { ...refusal, held: open.length === 0 && others.length > 0, seen: open.join(', ') || 'permission denied' });
}

/** The role of one tenant and the data of another; only the data service may take tenants' roles at all. */
async function asTenantRoles(run: SqlRun, { name: service }: Service, session: Session): Promise<void> {
  const subject = `${service}_service`;
  for (const { mode, a, b, tables } of run.pairs) {
    const [own, other] = [roleOf(a.id), roleOf(b.id)];
    const taken = await session.try('select 1', { tenantId: a.id, role: own });
    if (service !== 'data') {
      note(run, refusal(subject, `taking a tenant's role (${mode})`, taken));
      continue;
    }
    const control = await session.try(`select from ${own}.${tables.a} limit 1`, { tenantId: a.id, role: own });
    run.findings.record({
      ...{ section: 'controls', subject, attack: `control: a tenant's role in its own schema (${mode})` },
      ...{ held: control.rows.length === 1, expected: 'a row', seen: control.refused ?? `${control.rows.length} rows` },
    });
    const across = await session.try(`select from ${other}.${tables.b} limit 1`, { tenantId: b.id, role: own });
    note(run, refusal(subject, `a tenant's role in another's schema (${mode})`, across));
    const disguised = await session.try(`select from ${own}.${tables.a} limit 1`, { tenantId: b.id, role: own });
    const attack = `a tenant's role under another's id (${mode})`;
    note(run, {
      subject,
      attack,
      held: disguised.rows.length === 0,
      expected: 'no rows',
      seen: `${disguised.rows.length} rows`,
    });
    const place = mode === 'schema' ? own : 'product';
    const planted = await session.try(
      `insert into ${place}.${run.productTables.parent} (tenant_id, note) values ('${b.id}', 'planted')`,
      { tenantId: a.id, role: own },
    );
    note(run, refusal(subject, `a row for another tenant (${mode})`, planted));
    const product = await session.try(`select from product.${run.productTables.parent} limit 1`, {
      tenantId: b.id,
      role: own,
    });
    if (mode === 'schema')
      note(run, refusal(subject, "a tenant's role in the shared product tables (schema)", product));
  }
}

function refusal(subject: string, attack: string, { refused, message }: Tried): Omit<Noted, 'section'> {
  return {
    subject,
    attack,
    held: refused === PERMISSION_DENIED,
    expected: 'permission denied',
    seen: refused ? `${refused} ${message}` : 'done',
  };
}

async function ownRights(run: SqlRun, { name }: Service, session: Session): Promise<void> {
  const subject = `${name}_service`;
  for (const [attack, text] of Object.entries(forbiddenStatements)) {
    note(run, refusal(subject, attack, await session.try(text)));
  }
  const questions = {
    'what it owns': `select count(*)::int as count from pg_class where relowner = current_user::regrole`,
    'what it inherits': `select count(*)::int as count from pg_auth_members where member = current_user::regrole and inherit_option`,
    "others' statements": `select count(*)::int as count from pg_stat_activity where usename <> current_user and query not in ('', '<insufficient privilege>')`,
  };
  for (const [attack, text] of Object.entries(questions)) {
    const { rows, refused } = await session.try(text);
    const count = rows[0]?.['count'];
    note(run, { subject, attack, held: count === 0, expected: 'nothing', seen: refused ?? String(count) });
  }
}
