import { type Job, sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../log/entry.table.js';
import type { Retention } from './retention.js';

const COLUMNS = sql`keep_days as "keepDays", next_keep_days as "nextKeepDays", next_at as "nextAt"`;

export async function findRetention(rows: Rows): Promise<Retention | undefined> {
  const found = await rows.query<Retention>(sql`select ${COLUMNS} from audit.retention`);
  return found[0];
}

/** The same, until the commit nobody else's. */
export async function lockRetention(tx: Transaction): Promise<Retention | undefined> {
  return tx.one<Retention>(sql`select ${COLUMNS} from audit.retention where tenant_id = ${tx.tenantId} for update`);
}

export async function saveRetention(tx: Transaction, retention: Retention, now: Date): Promise<void> {
  const { keepDays, nextKeepDays, nextAt } = retention;
  await tx.execute(sql`
    insert into audit.retention (tenant_id, keep_days, next_keep_days, next_at, set_at)
    values (${tx.tenantId}, ${keepDays}, ${nextKeepDays}, ${nextAt}, ${now})
    on conflict (tenant_id) do update set keep_days = excluded.keep_days, next_keep_days = excluded.next_keep_days,
      next_at = excluded.next_at, set_at = excluded.set_at`);
}

/** Tenants whose entries are not kept for ever, in the order of their ids. */
export async function tenantsWithRetention(
  job: Job,
  now: Date,
  afterId: string | null,
  limit: number,
): Promise<string[]> {
  const found = await job.query<{ id: string }>(sql`
    select tenant_id as id from audit.retention
    where (keep_days is not null or (next_keep_days is not null and next_at <= ${now}))
      and (${afterId}::uuid is null or tenant_id > ${afterId}::uuid) order by tenant_id limit ${limit}`);
  return found.map(({ id }) => id);
}

/** Hears of a hold; news come in any order, and what is released stays so. */
export async function noteHold(tx: Transaction, holdId: string, isReleased: boolean): Promise<void> {
  await tx.execute(sql`
    insert into audit.legal_hold (tenant_id, hold_id, is_released) values (${tx.tenantId}, ${holdId}, ${isReleased})
    on conflict (tenant_id, hold_id) do update set is_released = legal_hold.is_released or excluded.is_released`);
}

/** Whether any legal hold of the tenant is in force. */
export async function isHeld(rows: Rows, tenantId: string): Promise<boolean> {
  const found = await rows.query(
    sql`select from audit.legal_hold where tenant_id = ${tenantId} and not is_released limit 1`,
  );
  return found.length > 0;
}
