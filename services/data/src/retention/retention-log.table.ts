import { empty, type Job, sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../quotas/count.table.js';
import type { RetentionLog } from './retention-log.js';

const COLUMNS = sql`id, rule_id as "ruleId", table_name as "table", kind, outcome, cutoff, rows_due as "rowsDue", rows_held as "rowsHeld",
  rows_kept as "rowsKept", rows_undated as "rowsUndated", rows_deleted as "rowsDeleted", rows_cascaded as "rowsCascaded",
  rows_refused as "rowsRefused", rows_archived as "rowsArchived", archive_head as "archiveHead", archive_expires_at as "archiveExpiresAt",
  archive_deleted_at as "archiveDeletedAt", after_key as "afterKey", started_at as "startedAt", finished_at as "finishedAt", problem`;

export async function insertLog(tx: Transaction, log: RetentionLog): Promise<void> {
  await tx.execute(sql`
    insert into data.data_retention_log (tenant_id, id, rule_id, table_name, kind, outcome, cutoff, rows_due, rows_held, rows_kept,
      rows_undated, archive_expires_at, not_before, started_at, finished_at, problem)
    values (${tx.tenantId}, ${log.id}, ${log.ruleId}, ${log.table}, ${log.kind}, ${log.outcome}, ${log.cutoff}, ${log.rowsDue},
      ${log.rowsHeld}, ${log.rowsKept}, ${log.rowsUndated}, ${log.archiveExpiresAt}, ${log.startedAt}, ${log.startedAt},
      ${log.finishedAt}, ${log.problem})`);
}

/** A run that goes on, unless somebody else works on it. */
export function lockRun(tx: Transaction, id: string): Promise<RetentionLog | undefined> {
  return tx.one<RetentionLog>(sql`
    select ${COLUMNS} from data.data_retention_log
    where tenant_id = ${tx.tenantId} and id = ${id} and outcome = 'running' for update skip locked`);
}

export async function saveLog(tx: Transaction, log: RetentionLog): Promise<void> {
  await tx.execute(sql`
    update data.data_retention_log set outcome = ${log.outcome}, rows_deleted = ${log.rowsDeleted}, rows_cascaded = ${log.rowsCascaded},
      rows_refused = ${log.rowsRefused}, rows_archived = ${log.rowsArchived}, archive_head = ${log.archiveHead},
      archive_deleted_at = ${log.archiveDeletedAt}, after_key = ${log.afterKey}, finished_at = ${log.finishedAt}, problem = ${log.problem}
    where tenant_id = ${tx.tenantId} and id = ${log.id}`);
}

/** Up to `limit` logs older than one, the newest first. */
export function listLogs(
  rows: Rows,
  ruleId: string | null,
  beforeId: string | null,
  limit: number,
): Promise<RetentionLog[]> {
  const start = beforeId === null ? empty : sql`and id < ${beforeId}`;
  return rows.query<RetentionLog>(sql`
    select ${COLUMNS} from data.data_retention_log
    where (${ruleId}::uuid is null or rule_id = ${ruleId}) ${start} order by id desc limit ${limit}`);
}

export async function findLog(rows: Rows, id: string): Promise<RetentionLog | undefined> {
  const [found] = await rows.query<RetentionLog>(sql`select ${COLUMNS} from data.data_retention_log where id = ${id}`);
  return found;
}

/** Runs of any tenant that go on, those that began first first. */
export function runsGoingOn(job: Job, now: Date, limit: number): Promise<{ tenantId: string; id: string }[]> {
  return job.query(sql`
    select tenant_id as "tenantId", id from data.data_retention_log
    where outcome = 'running' and not_before <= ${now} order by not_before limit ${limit}`);
}

/** Lets a run, or the end of its archive, wait. */
export async function postponeRun(job: Job, tenantId: string, id: string, notBefore: Date): Promise<void> {
  await job.query(
    sql`update data.data_retention_log set not_before = ${notBefore} where tenant_id = ${tenantId} and id = ${id}`,
  );
}

/** Runs of any tenant whose archives were kept for as long as they were to be. */
export function archivesExpired(job: Job, now: Date, limit: number): Promise<{ tenantId: string; id: string }[]> {
  return job.query(sql`
    select tenant_id as "tenantId", id from data.data_retention_log
    where archive_deleted_at is null and archive_expires_at <= ${now} and not_before <= ${now} and outcome <> 'running' order by archive_expires_at limit ${limit}`);
}
