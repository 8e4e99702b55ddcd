import { createHash } from 'node:crypto';
import pg from 'pg';
import { sql } from '../sql.js';
import { subjectKeysUrl } from '../vault/subject-keys-url.js';
import { Admin } from './admin.js';
import { migrateSubjectKeys, subjectKeyFiles } from './migrate-subject-keys.js';
import {
  type AppliedMigration,
  type MigrationFile,
  type MigrationLine,
  pendingMigrations,
  readMigrations,
} from './migration-files.js';
import { ensureAdminMayActAs, ensureRoles } from './roles.js';
import { type MigrationProgress, type ServiceSchema, rolesOf } from './service-schema.js';

const PLATFORM = new URL('../../sql/platform/', import.meta.url);
const MESSAGING = new URL('../../sql/messaging/', import.meta.url);
const SERVICE_NAME = /^[a-z][a-z0-9]{1,30}$/;

/**
 * Brings a database up to this code: roles, the platform's schema, and each service's. Files are applied once, each in
 * its own transaction, as the owner of the schema. Harmless when run again, or by many processes at once: one does the
 * work, the others wait and find it done. The keys of data subjects have a database of their own.
 * @throws Error when the database is ahead of the code, or an applied file was changed
 */
export async function migrate(
  adminUrl: string,
  services: readonly ServiceSchema[],
  onProgress: MigrationProgress = () => undefined,
  keysUrl = subjectKeysUrl(adminUrl),
): Promise<void> {
  const wrong = services.find(({ name }) => !SERVICE_NAME.test(name) || name === 'platform');
  if (wrong) {
    throw new Error(`"${wrong.name}" can't be the name of a service's schema`);
  }
  const lines = linesOf(services);
  const admin = await Admin.open(adminUrl);
  try {
    await admin.connection.script(`select pg_advisory_lock(hashtextextended('tenantry migrations', 0))`);
    await ensureRoles(admin, services);
    await ensureSchema(admin, 'platform', 'platform_owner');
    await applyAll(admin, lines.slice(0, 1), onProgress);
    for (const service of services) {
      await admit(admin, service);
    }
    await applyAll(admin, lines.slice(1), onProgress);
  } finally {
    await admin.close();
  }
  const holders = services.filter(({ subjectKeys }) => subjectKeys !== undefined);
  if (holders.length > 0) await migrateSubjectKeys({ adminUrl, keysUrl }, holders, onProgress);
}

/** Names everything that `migrate` would make; what a template database is kept under. */
export function schemaChecksum(services: readonly ServiceSchema[]): string {
  const files = linesOf(services).map((line) => [line.name, line.files.map((file) => [file.name, file.checksum])]);
  const roles = services.map((service) => [service.name, service.jobs, service.ownerMay, service.subjectKeys]);
  return createHash('sha256')
    .update(JSON.stringify([files, roles, subjectKeyFiles()]))
    .digest('hex');
}

function linesOf(services: readonly ServiceSchema[]): [MigrationLine, ...MigrationLine[]] {
  const platform = { name: 'platform', owner: 'platform_owner', files: readMigrations(PLATFORM) };
  const perService = services.flatMap((service): MigrationLine[] => {
    const { name, migrations } = service;
    const { owner } = rolesOf(service);
    const messaging = readMigrations(MESSAGING, (text) => text.replaceAll('{service}', name));
    return [
      { name: `${name}/messaging`, owner, files: messaging },
      { name, owner, files: readMigrations(migrations) },
    ];
  });
  return [platform, ...perService];
}

/** A schema, its owner, and nothing that is open to everybody by default. */
export async function ensureSchema(admin: Admin, name: string, owner: string): Promise<void> {
  await ensureAdminMayActAs(admin, owner);
  if (!(await admin.exists(sql`select from pg_namespace where nspname = ${name}`))) {
    await admin.format('create schema %I authorization %I', name, owner);
  }
  const closed = sql`
    select from pg_default_acl where defaclrole = ${owner}::regrole and defaclobjtype = 'f' and defaclnamespace = 0`;
  if (!(await admin.exists(closed))) {
    await admin.inTransactionAs(owner, () =>
      admin.connection.script('alter default privileges revoke execute on routines from public'),
    );
  }
  if (name === 'platform') {
    await admin.inTransactionAs(owner, () =>
      admin.connection.script(`create table if not exists platform.migration (
        line text, number integer, name text not null, checksum text not null,
        applied_at timestamptz not null default clock_timestamp(), primary key (line, number))`),
    );
  }
}

/** What the service's roles may do: enter its schema, use the platform's functions, read the registry. */
async function admit(admin: Admin, service: ServiceSchema): Promise<void> {
  const { owner, service: login, jobs } = rolesOf(service);
  await ensureSchema(admin, service.name, owner);
  const prefix = service.name.length + 1;
  const names = jobs.map((job) => job.slice(prefix));
  await admin.inTransactionAs('platform_owner', async () => {
    await admin.query(sql`call platform.admit_service(${service.name}, ${names}::text[])`);
  });
  await admin.inTransactionAs(owner, async () => {
    for (const role of [login, ...jobs]) {
      await admin.format('grant usage on schema %I to %I', service.name, role);
    }
  });
  if (service.ownerMay?.includes('create-schemas')) {
    const [database] = await admin.query<{ name: string }>(sql`select current_database() as name`);
    await admin.format('grant create on database %I to %I', database!.name, owner);
  }
}

export async function applyAll(
  admin: Admin,
  lines: readonly MigrationLine[],
  onProgress: MigrationProgress,
): Promise<void> {
  const applied = await admin.inTransactionAs('platform_owner', () =>
    admin.query<AppliedMigration & { line: string }>(
      sql`select line, number, name, checksum from platform.migration order by number`,
    ),
  );
  const pending = lines.flatMap((line) => {
    const ofLine = applied.filter((one) => one.line === line.name);
    return pendingMigrations(line, ofLine).map((file) => ({ line, file }));
  });
  for (const [i, { line, file }] of pending.entries()) {
    onProgress({ service: line.name, file: file.name, index: i + 1, count: pending.length });
    await apply(admin, line, file);
  }
}

async function apply(admin: Admin, line: MigrationLine, file: MigrationFile): Promise<void> {
  try {
    await admin.inTransactionAs(line.owner, async () => {
      await admin.connection.script(file.text);
      await admin.format('set local role %I', 'platform_owner');
      await admin.query(sql`
        insert into platform.migration (line, number, name, checksum)
        values (${line.name}, ${file.number}, ${file.name}, ${file.checksum})`);
    });
  } catch (cause) {
    throw new Error(`migration ${line.name}/${file.name} failed: ${describe(cause)}${place(cause, file.text)}`, {
      cause,
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The line of the file, when Postgres points at a character. */
function place(error: unknown, text: string): string {
  const position = error instanceof pg.DatabaseError ? Number(error.position) : NaN;
  return position > 0 ? ` (line ${text.slice(0, position).split('\n').length})` : '';
}
