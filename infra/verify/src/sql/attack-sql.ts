import { doctor } from '@tenantry/database';
import type { Service } from '@tenantry/service';
import { callDefiners } from './call-definers.js';
import { tenantTables, type TenantTable } from './catalogue.js';
import { explainRows } from './explain-rows.js';
import { readRowsOfOthers } from './read-rows-of-others.js';
import { readViews } from './read-views.js';
import { Session } from './session.js';
import { noteAttack, type SqlRun } from './sql-run.js';
import { takeTenantRoles } from './take-tenant-roles.js';
import { useOwnRights } from './use-own-rights.js';

/** Below it are the objects that Postgres itself comes with. */
const FIRST_OF_OURS = 16_384;

/** Attacks the database under every login that a service has, and looks through the catalogue for what would let rows out. */
export async function attackSql(run: SqlRun): Promise<void> {
  const admin = await Session.open(run.instance.adminUrl);
  try {
    const tables = await tenantTables(
      admin,
      run.pairs.flatMap(({ a, b }) => [a.id, b.id]),
    );
    for (const service of run.instance.services.filter(({ migrations }) => migrations)) {
      run.progress(service.name);
      await asLogin(run, service, admin, tables);
    }
    await callDefiners(run, admin);
    await countLeakproof(run, admin);
  } finally {
    await admin.close();
  }
  const found = await doctor(run.instance.adminUrl);
  const seen = found.map(({ subject, problem }) => `${subject}: ${problem}`).join('; ') || 'none';
  noteAttack(run, { subject: 'catalogue', attack: 'doctor', held: found.length === 0, expected: 'no findings', seen });
}

async function asLogin(run: SqlRun, service: Service, admin: Session, tables: readonly TenantTable[]): Promise<void> {
  const session = await Session.open(run.instance.loginUrl(service));
  try {
    await readRowsOfOthers(run, service, session, { admin, tables });
    await readViews(run, service, session, admin);
    await explainRows(run, service, session, { admin, tables });
    await takeTenantRoles(run, service, session);
    await useOwnRights(run, service, session);
  } finally {
    await session.close();
  }
}

/** What is marked so may look at rows before their policy does; Postgres has some that tell nothing, and nobody needs more. */
async function countLeakproof(run: SqlRun, admin: Session): Promise<void> {
  const { rows } = await admin.try(
    `select coalesce(string_agg(oid::regprocedure::text, ', '), 'none') as names from pg_proc where proleakproof and oid >= ${FIRST_OF_OURS}`,
  );
  const seen = String(rows[0]?.names);
  noteAttack(run, {
    subject: 'catalogue',
    attack: 'functions marked leakproof',
    held: seen === 'none',
    expected: 'none',
    seen,
  });
}
