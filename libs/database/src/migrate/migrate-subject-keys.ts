import { sql } from '../sql.js';
import { Admin } from './admin.js';
import { applyAll, ensureSchema } from './migrate.js';
import { readMigrations } from './migration-files.js';
import { type MigrationProgress, rolesOf, type ServiceSchema } from './service-schema.js';

const FILES = new URL('../../sql/subject-keys/', import.meta.url);
const LINE = { name: 'subject-keys', owner: 'platform_owner', files: readMigrations(FILES) };
const RIGHTS = { open: 'select', seal: 'select, insert', destroy: 'select, insert, update' } as const;

/**
 * Makes the database of the subjects' keys, when there is none, and brings it up to this code. It has this one table, and
 * lets in the services that say what they do with keys. Their roles must exist.
 * @throws Error when the login may not make databases and there is none
 */
export async function migrateSubjectKeys(
  { adminUrl, keysUrl }: { readonly adminUrl: string; readonly keysUrl: string },
  services: readonly ServiceSchema[],
  onProgress: MigrationProgress,
): Promise<void> {
  await ensureDatabase(adminUrl, keysUrl);
  const admin = await Admin.open(keysUrl);
  try {
    await admin.connection.script(`select pg_advisory_lock(hashtextextended('tenantry migrations', 0))`);
    await ensureSchema(admin, 'platform', 'platform_owner');
    await applyAll(admin, [LINE], onProgress);
    await admin.inTransactionAs('platform_owner', async () => {
      for (const service of services) await admit(admin, service);
    });
  } finally {
    await admin.close();
  }
}

/** What the files of the keys' database say; for the name of a template. */
export function subjectKeyFiles(): readonly (readonly [string, string])[] {
  return LINE.files.map(({ name, checksum }) => [name, checksum] as const);
}

async function admit(admin: Admin, service: ServiceSchema): Promise<void> {
  const { service: login } = rolesOf(service);
  await admin.format('grant usage on schema platform to %I', login);
  await admin.format('revoke all on platform.subject_key from %I', login);
  await admin.format(`grant ${RIGHTS[service.subjectKeys!]} on platform.subject_key to %I`, login);
}

/** Another cluster's database is made by whoever runs that cluster. */
async function ensureDatabase(adminUrl: string, keysUrl: string): Promise<void> {
  const [own, keys] = [new URL(adminUrl), new URL(keysUrl)];
  if (own.host !== keys.host) return;
  const name = decodeURIComponent(keys.pathname.slice(1));
  const admin = await Admin.open(adminUrl);
  try {
    await admin.connection.script(`select pg_advisory_lock(hashtextextended('tenantry subject keys', 0))`);
    if (!(await admin.exists(sql`select from pg_database where datname = ${name}`))) {
      await admin.format('create database %I', name);
    }
  } finally {
    await admin.close();
  }
}
