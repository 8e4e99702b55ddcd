import { doctor } from '@tenantry/database';
import type { Service } from '@tenantry/service';
import { tenantTables, type TenantTable } from './catalogue.js';
import { readRowsOfOthers } from './read-rows-of-others.js';
import { Session } from './session.js';
import { noteAttack, type SqlRun } from './sql-run.js';
import { takeTenantRoles } from './take-tenant-roles.js';
import { useOwnRights } from './use-own-rights.js';

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
    await takeTenantRoles(run, service, session);
    await useOwnRights(run, service, session);
  } finally {
    await session.close();
  }
}
