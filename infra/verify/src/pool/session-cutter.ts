import type { OpenInstance } from '@tenantry/local';
import { Session } from '../sql/session.js';

const EVERY_MS = 100;
/** Longer than any transaction of ours lasts when nobody waits for it. */
const STALE = '3 seconds';

/** Cuts sessions of the data service that have just served our own tables, one now and then, and nobody else's. */
export class SessionCutter implements AsyncDisposable {
  cuts = 0;
  private readonly timer: NodeJS.Timeout;
  private cutting: Promise<void> = Promise.resolve();

  private constructor(
    private readonly admin: Session,
    private readonly table: string,
  ) {
    this.timer = setInterval(() => (this.cutting = this.cut()), EVERY_MS);
  }

  /** `table` is one of the run's own: its name, which nobody else says, tells whose sessions may be cut. */
  static async start(instance: OpenInstance, table: string): Promise<SessionCutter> {
    return new SessionCutter(await Session.open(instance.adminUrl), table);
  }

  /** Transactions of services that have been waiting for their next statement for long. */
  async openTransactions(): Promise<number> {
    await this.stop();
    const { rows } = await this.admin.try(`
      select count(*)::int as open from pg_stat_activity
      where usename like '%\\_service' and state like 'idle in transaction%' and state_change < now() - interval '${STALE}'`);
    return Number(rows[0]?.open);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.admin.close();
  }

  private async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.cutting;
  }

  private async cut(): Promise<void> {
    await this.cutting;
    const { rows } = await this.admin.try(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where usename = 'data_service' and datname = current_database() and query like '%${this.table}%'
      order by random() limit 1`);
    this.cuts += rows.length;
  }
}
