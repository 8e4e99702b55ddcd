import { randomBytes } from 'node:crypto';
import {
  type DoorOptions,
  type Doors,
  HOME_CELL,
  type ServiceSchema,
  migrate,
  openDoors,
  rolesOf,
  schemaChecksum,
  subjectKeysUrl,
} from '@tenantry/database';
import { type TenantContext, newId } from '@tenantry/kernel';
import pg from 'pg';

/** One service's schema as a test names it; the password is nobody's business. */
export type TestSchema = Omit<ServiceSchema, 'password'>;

export type TenantStatus = 'provisioning' | 'active' | 'suspended' | 'deactivated' | 'failed';

const PASSWORD = 'test';
const TEMPLATE_LOCK = 7_411_002;

/** A database of one suite's own, copied from a migrated template, with whatever the suite opened on it. */
export class TestDatabase {
  readonly #admin: pg.Pool;
  readonly #doors: Doors[] = [];

  private constructor(
    /** The superuser's URL. */
    readonly adminUrl: string,
    readonly name: string,
  ) {
    this.#admin = new pg.Pool({ connectionString: adminUrl, max: 2, allowExitOnIdle: true });
    // Dropping the database ends its idle sessions, which is no failure.
    this.#admin.on('error', () => undefined);
  }

  /** Copies the template of these schemas, which the first suite that needs it makes. */
  static async create(schemas: readonly TestSchema[]): Promise<TestDatabase> {
    const services = schemas.map((schema) => ({ ...schema, password: PASSWORD }));
    const template = `tenantry_${schemaChecksum(services).slice(0, 24)}`;
    const name = `${template}_${randomBytes(4).toString('hex')}`;
    await onServer(async (server) => {
      await makeTemplate(server, template, services);
      await server.query(`create database ${name} template ${template}`);
      if (keepsSubjectKeys(services)) await server.query(`create database ${name}_keys template ${template}_keys`);
      await grantDatabase(server, name, services);
    });
    return new TestDatabase(urlOf(name), name);
  }

  /** A database with nothing in it. */
  static async empty(): Promise<TestDatabase> {
    const name = `tenantry_empty_${randomBytes(4).toString('hex')}`;
    await onServer((server) => server.query(`create database ${name}`));
    return new TestDatabase(urlOf(name), name);
  }

  /** Looks at the database of the data subjects' keys as the superuser. */
  async keys<T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    const client = new pg.Client({ connectionString: subjectKeysUrl(this.adminUrl) });
    await client.connect();
    try {
      return (await client.query<T>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Where a service's own login connects. */
  urlFor(service: string): string {
    return urlOf(this.name, `${service}_service`, PASSWORD);
  }

  /** A service's doors, closed with the database. */
  doors(service: string, options: Partial<DoorOptions> = {}): Doors {
    const doors = openDoors({ service, url: this.urlFor(service), maxConnections: 4, ...options });
    this.#doors.push(doors);
    return doors;
  }

  /** Looks at (or plants) rows as the superuser, whom no policy binds. */
  async admin<T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.#admin.query<T>(text, [...values])).rows;
  }

  async count(table: string, tenantId?: string): Promise<number> {
    const where = tenantId === undefined ? '' : ' where tenant_id = $1';
    const values = tenantId === undefined ? [] : [tenantId];
    const [row] = await this.admin<{ n: number }>(`select count(*)::int as n from ${table}${where}`, values);
    return row!.n;
  }

  /** Makes a tenant known to the doors; answers its id. */
  async addTenant(status: TenantStatus = 'active', mode: TenantContext['mode'] = 'pool'): Promise<string> {
    const id = newId();
    await this.admin('insert into platform.tenant_status values ($1, $2, $3, $4, 1)', [id, status, mode, HOME_CELL]);
    return id;
  }

  async setStatus(tenantId: string, status: TenantStatus): Promise<void> {
    await this.admin('update platform.tenant_status set status = $2, version = version + 1 where tenant_id = $1', [
      tenantId,
      status,
    ]);
  }

  async drop(): Promise<void> {
    await Promise.all(this.#doors.map((doors) => doors.close()));
    await this.#admin.end();
    await onServer(async (server) => {
      await server.query(`drop database ${this.name} with (force)`);
      await server.query(`drop database if exists ${this.name}_keys with (force)`);
    });
  }
}

async function makeTemplate(server: pg.Client, template: string, services: readonly ServiceSchema[]): Promise<void> {
  await server.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rows } = await server.query('select from pg_database where datname = $1', [template]);
    if (rows.length === 0) {
      const unfinished = `${template}_new`;
      await server.query(`drop database if exists ${unfinished}`);
      await server.query(`create database ${unfinished}`);
      await server.query(`drop database if exists ${template}_keys`);
      await migrate(urlOf(unfinished), services, undefined, subjectKeysUrl(urlOf(template)));
      await server.query(`alter database ${unfinished} rename to ${template}`);
    }
  } finally {
    await server.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

function keepsSubjectKeys(services: readonly ServiceSchema[]): boolean {
  return services.some(({ subjectKeys }) => subjectKeys !== undefined);
}

/** A copy of a database has everything of it but the rights on the database itself. */
async function grantDatabase(server: pg.Client, name: string, services: readonly ServiceSchema[]): Promise<void> {
  for (const service of services.filter(({ ownerMay }) => ownerMay?.includes('create-schemas'))) {
    await server.query(`grant create on database ${name} to ${rolesOf(service).owner}`);
  }
}

async function onServer(work: (server: pg.Client) => Promise<unknown>): Promise<void> {
  const server = new pg.Client({ connectionString: urlOf('postgres') });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

function urlOf(database: string, user?: string, password?: string): string {
  const base = process.env.TENANTRY_TEST_POSTGRES;
  if (!base) {
    throw new Error('TENANTRY_TEST_POSTGRES names no Postgres; run the tests through Jest, whose set-up starts one');
  }
  const url = new URL(base);
  url.pathname = database;
  url.username = user ?? url.username;
  url.password = password ?? url.password;
  return url.href;
}
