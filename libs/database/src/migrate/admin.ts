import { type Sql, sql } from '../sql.js';
import { PgConnection } from '../wire/connection.js';

/** How long one migrator waits for another. */
const LOCK_TIMEOUT_MS = 10 * 60_000;

/** The session that migrates: a superuser's, or that of a database's own administrator with CREATEROLE. */
export class Admin {
  private constructor(
    readonly connection: PgConnection,
    readonly name: string,
    readonly isSuperuser: boolean,
  ) {}

  static async open(url: string): Promise<Admin> {
    const connection = await PgConnection.open({
      url,
      name: 'migrate',
      connectTimeoutMs: 10_000,
      statements: 50,
      settings: { client_min_messages: 'warning', lock_timeout: String(LOCK_TIMEOUT_MS) },
    });
    const [result] = await connection.fly([
      { text: 'select rolname, rolsuper from pg_roles where rolname = session_user', values: [], key: null },
    ]);
    const { rolname, rolsuper } = result!.rows[0] as { rolname: string; rolsuper: boolean };
    return new Admin(connection, rolname, rolsuper);
  }

  async query<T extends object>(statement: Sql): Promise<T[]> {
    const [result] = await this.connection.fly([{ text: statement.text, values: statement.values, key: null }]);
    return result!.rows as T[];
  }

  async exists(statement: Sql): Promise<boolean> {
    return (await this.query(statement)).length > 0;
  }

  /** Runs a statement that takes no parameters, filled in by Postgres' own `format`. */
  async format(text: string, ...values: readonly string[]): Promise<void> {
    const [made] = await this.query<{ text: string }>(
      sql`select format(${text}, variadic ${[...values]}::text[]) as text`,
    );
    await this.connection.script(made!.text);
  }

  /** Everything or nothing, in the name of a role. */
  async inTransactionAs<T>(role: string, work: () => Promise<T>): Promise<T> {
    await this.connection.script('begin');
    try {
      await this.format('set local role %I', role);
      const result = await work();
      await this.connection.script('commit');
      return result;
    } catch (error) {
      await this.connection.script('rollback').catch(() => undefined);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
