import pg from 'pg';

/** Whose rights a call is made with, and for which tenant. */
export interface Guise {
  readonly login: string;
  /** A role that the login takes. */
  readonly role: string | null;
  readonly tenantId: string | null;
}

/** What a call gave, and what it did before it was undone. */
export interface Called {
  readonly rows: readonly unknown[];
  /** SQLSTATE and message of a refusal. */
  readonly refused: string | null;
  /** Tables in which rows of the watched tenants were added, changed or removed, and their schemas, if those were. */
  readonly changed: readonly string[];
}

/** Where somebody else wrote to the same rows meanwhile; it is tried again. */
const SERIALIZATION_FAILURE = '40001';
const ATTEMPTS = 5;

/** What the schemas and roles of tenants are, and who may do what with them. */
const SCHEMAS = `
  select 'schemas of tenants', concat_ws(' ',
    (select string_agg(n.nspname || coalesce(n.nspacl::text, ''), ',' order by n.nspname) from pg_namespace n where n.oid = any (s.schemas)),
    (select string_agg(c.oid || c.relname || coalesce(c.relacl::text, ''), ',' order by c.oid) from pg_class c where c.relnamespace = any (s.schemas)),
    (select string_agg(format('%s %s %s', m.roleid, m.member, m.inherit_option), ',' order by m.oid)
     from pg_auth_members m where m.roleid = any (s.roles) or m.member = any (s.roles)))
  from (select array(select oid from pg_namespace where nspname = any (n.names)) as schemas,
               array(select oid from pg_roles where rolname = any (n.names)) as roles
        from (select array_agg('t_' || replace(id::text, '-', '')) as names from unnest($1::uuid[]) as id) n) s`;

/**
 * The session of a superuser in a login's place: what a call changed can be looked at before it is undone, also where the login itself
 * could not see it. Nothing is committed.
 */
export class Impersonation implements AsyncDisposable {
  private constructor(private readonly client: pg.Client) {}

  /** @throws Error when the login that migrates is no superuser */
  static async open(adminUrl: string): Promise<Impersonation> {
    const client = new pg.Client({ connectionString: adminUrl, statement_timeout: 10_000 });
    await client.connect();
    return new Impersonation(client);
  }

  /** Makes one call, and looks whether anything of these tenants is different after it. */
  async call(text: string, values: readonly unknown[], guise: Guise, watched: readonly string[]): Promise<Called> {
    for (let attempt = 1; ; attempt += 1) {
      const called = await this.once(text, values, guise, watched);
      if (!called.refused?.startsWith(SERIALIZATION_FAILURE) || attempt === ATTEMPTS) return called;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
  }

  private async once(
    text: string,
    values: readonly unknown[],
    { login, role, tenantId }: Guise,
    watched: readonly string[],
  ): Promise<Called> {
    await this.client.query('begin isolation level repeatable read; savepoint before');
    try {
      await this.client.query(`set local session authorization ${pg.escapeIdentifier(login)}`);
      if (tenantId) await this.set('app.tenant_id', tenantId);
      if (role) await this.set('role', role);
      const { rows } = await this.client.query<Record<string, unknown>>(text, [...values]);
      await this.client.query('reset role; reset session authorization');
      return { rows, refused: null, changed: await this.changes(watched) };
    } catch (error) {
      const { code = 'no SQLSTATE', message } = error as Error & { code?: string };
      return { rows: [], refused: `${code} ${message}`, changed: [] };
    } finally {
      await this.client.query('rollback');
    }
  }

  /** The same snapshot with and without what was done: what others do meanwhile is in neither. */
  private async changes(watched: readonly string[]): Promise<string[]> {
    const { rows } = await this.client.query<{ name: string }>(`
      select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid) > 0
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)`);
    const touched = rows.map(({ name }) => name);
    const after = await this.prints(touched, watched);
    await this.client.query('rollback to savepoint before');
    const before = await this.prints(touched, watched);
    return [...after].filter(([name, print]) => before.get(name) !== print).map(([name]) => name);
  }

  /** A print of the watched tenants' rows in each table, and one of what their schemas are. */
  private async prints(tables: readonly string[], tenantIds: readonly string[]): Promise<Map<string, string>> {
    const parts = tables.map(
      (
        table,
      ) => `select ${pg.escapeLiteral(table)} as name, count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as print
        from ${table} t where t.tenant_id = any ($1::uuid[])`,
    );
    parts.push(SCHEMAS);
    const { rows } = await this.client.query<{ name: string; print: string }>(parts.join('\nunion all '), [tenantIds]);
    return new Map(rows.map(({ name, print }) => [name, print]));
  }

  private async set(name: string, value: string): Promise<void> {
    await this.client.query('select set_config($1, $2, true)', [name, value]);
  }
}
