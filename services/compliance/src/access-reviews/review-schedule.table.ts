import { sql, type ControlDatabase, type Transaction } from '@tenantry/database';
import type { Rows } from '../requests/privacy-request.table.js';
import type { ReviewSchedule } from './review-schedule.js';

const columns = sql`every_months as "everyMonths", due_days as "dueDays", next_on as "nextOn", opens_at as "opensAt"`;

export async function findSchedule(rows: Rows): Promise<ReviewSchedule | undefined> {
  const [found] = await rows.query<ReviewSchedule>(sql`select ${columns} from compliance.access_review_schedule`);
  return found;
}

/** The tenant's schedule if it is due, locked until the commit. */
export function lockDueSchedule(tx: Transaction, now: Date): Promise<ReviewSchedule | undefined> {
  return tx.one<ReviewSchedule>(
    sql`select ${columns} from compliance.access_review_schedule where opens_at <= ${now} for update`,
  );
}

export async function saveSchedule(tx: Transaction, one: ReviewSchedule): Promise<void> {
  await tx.execute(sql`
    insert into compliance.access_review_schedule (tenant_id, every_months, due_days, next_on, opens_at)
    values (${tx.tenantId}, ${one.everyMonths}, ${one.dueDays}, ${one.nextOn}::date, ${one.opensAt})
    on conflict (tenant_id) do update set every_months = excluded.every_months, due_days = excluded.due_days, next_on = excluded.next_on,
      opens_at = excluded.opens_at`);
}

export async function deleteSchedule(tx: Transaction): Promise<void> {
  await tx.execute(sql`delete from compliance.access_review_schedule where tenant_id = ${tx.tenantId}`);
}

type Job = ReturnType<ControlDatabase['job']>;

/** Tenants whose next review is to be opened, the longest waiting first. */
export async function dueSchedules(job: Job, now: Date, limit: number): Promise<string[]> {
  const due = await job.query<{ tenantId: string }>(sql`
    select tenant_id as "tenantId" from compliance.access_review_schedule where opens_at <= ${now} order by opens_at limit ${limit}`);
  return due.map(({ tenantId }) => tenantId);
}
