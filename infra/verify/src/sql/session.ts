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

  close(): Promise<void> {
    return this.client.end();
  }

  private async set(name: string, value: string): Promise<void> {
    await this.client.query('select set_config($1, $2, true)', [name, value]);
  }
}
