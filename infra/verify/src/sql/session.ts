import pg from 'pg';

/** What a statement gave, or the SQLSTATE with which it was refused. */
export interface Tried {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly refused: string | null;
  readonly message: string;
}

/** Settings of the transaction that a statement is tried in. */
export interface As {
  readonly tenantId?: string;
  readonly role?: string;
}

const TIMEOUT_MS = 10_000;

/** Each holds a lock until its transaction ends, of which Postgres has so many. */
const TABLES_AT_ONCE = 50;
/** The SQLSTATE by which a block without a result tells what it found. */
const FINDINGS = 'VF000';
const FOUND = /^found: (.*)$/;

function probing(names: readonly string[], query: string): string {
  return `do $probe$
    declare name text; is_there boolean; found text := '';
    begin
      foreach name in array array[${names.join(', ')}]::text[] loop
        begin
          execute format(${pg.escapeLiteral(`select exists (${query})`)}, name) into is_there;
          if is_there then found := found || name || ' '; end if;
        exception when insufficient_privilege or undefined_table then null;
        end;
      end loop;
      raise exception 'found: %', found using errcode = '${FINDINGS}';
    end $probe$`;
}

/** A thief's session under a service's login. Everything it does is rolled back. */
export class Session {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<Session> {
    const client = new pg.Client({ connectionString: url, statement_timeout: TIMEOUT_MS });
    await client.connect();
    return new Session(client);
  }

  /** Runs one statement in a transaction that is rolled back. */
  async try(text: string, as: As = {}): Promise<Tried> {
    await this.client.query('begin');
    try {
      if (as.tenantId) await this.set('app.tenant_id', as.tenantId);
      if (as.role) {
        await this.set('app.actor_role', 'owner');
        await this.set('role', as.role);
      }
      const { rows } = await this.client.query<Record<string, unknown>>(text);
      return { rows, refused: null, message: '' };
    } catch (error) {
      const { code = 'no SQLSTATE', message } = error as Error & { code?: string };
      return { rows: [], refused: code, message };
    } finally {
      await this.client.query('rollback');
    }
  }

  /**
   * The tables in which a query finds a row; one that may not be read is passed over. `query` has a name in the place of %s. Many tables are
   * asked in one statement: there are hundreds, and as many logins as services.
   * @throws Error when one of the queries fails for another reason
   */
  async finding(tables: readonly string[], query: string, as: As = {}): Promise<string[]> {
    const found: string[] = [];
    for (let at = 0; at < tables.length; at += TABLES_AT_ONCE) {
      const some = tables.slice(at, at + TABLES_AT_ONCE).map((name) => pg.escapeLiteral(name));
      const { refused, message } = await this.try(probing(some, query), as);
      const said = FOUND.exec(message)?.[1];
      if (refused !== FINDINGS || said === undefined)
        throw new Error(`tables could not be looked at: ${refused} ${message}`);
      found.push(...said.split(' ').filter(Boolean));
    }
    return found;
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async set(name: string, value: string): Promise<void> {
    await this.client.query('select set_config($1, $2, true)', [name, value]);
  }
}
