import type { Service } from '@tenantry/service';
import type { Pair } from '../world/tenant.js';
import { roleOf } from './catalogue.js';
import { probeKeys } from './probe-keys.js';
import type { Session } from './session.js';
import { noteAttack, noteControl, noteRefusal, type SqlRun } from './sql-run.js';

/** Only this service may take tenants' roles at all. */
const DATA = 'data';

/** Takes the role of one tenant, and reaches for another's data with it. */
export async function takeTenantRoles(run: SqlRun, { name: service }: Service, session: Session): Promise<void> {
  for (const pair of run.pairs) {
    if (service === DATA) {
      await readAcross(run, session, pair);
      await writeAcross(run, session, pair);
      const rows = { own: run.productRows.get(pair.a)!, other: run.productRows.get(pair.b)! };
      await probeKeys(session, pair, rows, run.findings);
    } else {
      const taken = await session.try('select 1', { tenantId: pair.a.id, role: roleOf(pair.a.id) });
      noteRefusal(run, `${service}_service`, `taking a tenant's role (${pair.mode})`, taken);
    }
  }
}

const SUBJECT = 'data_service';

async function readAcross(run: SqlRun, session: Session, { mode, a, b, tables }: Pair): Promise<void> {
  const role = roleOf(a.id);
  const ofOwn = `select from ${role}.${tables.a} limit 1`;
  const own = await session.try(ofOwn, { tenantId: a.id, role });
  const count = (tried: typeof own): string => tried.refused ?? `${tried.rows.length} rows`;
  const control = { subject: SUBJECT, attack: `control: a tenant's role in its own schema (${mode})` };
  noteControl(run, { ...control, held: own.rows.length === 1, expected: 'a row', seen: count(own) });
  const across = await session.try(`select from ${roleOf(b.id)}.${tables.b} limit 1`, { tenantId: b.id, role });
  noteRefusal(run, SUBJECT, `a tenant's role in another's schema (${mode})`, across);
  const disguised = await session.try(ofOwn, { tenantId: b.id, role });
  const attack = `a tenant's role under another's id (${mode})`;
  const held = disguised.rows.length === 0;
  noteAttack(run, { subject: SUBJECT, attack, held, expected: 'no rows', seen: count(disguised) });
  if (mode !== 'schema') return;
  const shared = await session.try(`select from product.${run.productTables.parent} limit 1`, { tenantId: b.id, role });
  noteRefusal(run, SUBJECT, "a tenant's role in the shared product tables (schema)", shared);
}

async function writeAcross(run: SqlRun, session: Session, { mode, a, b }: Pair): Promise<void> {
  const role = roleOf(a.id);
  const place = mode === 'schema' ? role : 'product';
  const insert = (tenantId: string): string =>
    `insert into ${place}.${run.productTables.parent} (tenant_id, note) values ('${tenantId}', 'planted')`;
  const own = await session.try(insert(a.id), { tenantId: a.id, role });
  const control = { subject: SUBJECT, attack: `control: a row of its own (${mode})`, held: own.refused === null };
  noteControl(run, { ...control, expected: 'done', seen: own.refused ?? 'done' });
  noteRefusal(
    run,
    SUBJECT,
    `a row for another tenant (${mode})`,
    await session.try(insert(b.id), { tenantId: a.id, role }),
  );
}
