import { empty, type Job, sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../quotas/count.table.js';
import type { RetentionRule } from './retention-rule.js';

const COLUMNS = sql`id, name, table_name as "table", filter, date_column as "dateColumn", keep_days as "keepDays",
  archive_days as "archiveDays", created_by as "createdBy", created_at as "createdAt", previewed_at as "previewedAt",
  activated_by as "activatedBy", activated_at as "activatedAt", ended_by as "endedBy", ended_at as "endedAt", next_run_at as "nextRunAt"`;

export async function insertRule(tx: Transaction, rule: RetentionRule): Promise<void> {
  const { id, name, table, filter, dateColumn, keepDays, archiveDays, createdBy, createdAt } = rule;
  await tx.execute(sql`
    insert into data.retention_rule (tenant_id, id, name, table_name, filter, date_column, keep_days, archive_days, created_by, created_at)
    values (${tx.tenantId}, ${id}, ${name}, ${table}, ${filter}, ${dateColumn}, ${keepDays}, ${archiveDays}, ${createdBy}, ${createdAt})`);
}

/** How many rules are not ended; nobody adds one until the commit. */
export async function countRules(tx: Transaction): Promise<number> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`retention rules ${tx.tenantId}`}, 0))`);
  const [row] = await tx.query<{ rules: number }>(
    sql`select count(*)::int as rules from data.retention_rule where tenant_id = ${tx.tenantId} and ended_at is null`,
  );
  return row!.rules;
}

/** @throws Fault `not-found` */
export async function findRule(rows: Rows, id: string): Promise<RetentionRule> {
  const [rule] = await rows.query<RetentionRule>(sql`select ${COLUMNS} from data.retention_rule where id = ${id}`);
  if (!rule) throw new Fault('not-found');
  return rule;
}

/** A rule that nobody else changes until the commit. @throws Fault `not-found` */
export async function lockRule(tx: Transaction, id: string): Promise<RetentionRule> {
  const rule = await tx.one<RetentionRule>(
    sql`select ${COLUMNS} from data.retention_rule where tenant_id = ${tx.tenantId} and id = ${id} for update`,
  );
  if (!rule) throw new Fault('not-found');
  return rule;
}

export async function saveRule(tx: Transaction, rule: RetentionRule): Promise<void> {
  await tx.execute(sql`
    update data.retention_rule set previewed_at = ${rule.previewedAt}, activated_by = ${rule.activatedBy},
      activated_at = ${rule.activatedAt}, ended_by = ${rule.endedBy}, ended_at = ${rule.endedAt}, next_run_at = ${rule.nextRunAt}
    where tenant_id = ${tx.tenantId} and id = ${rule.id}`);
}

/** The tenant's rules in force. */
export function activeRules(rows: Rows): Promise<RetentionRule[]> {
  return rows.query<RetentionRule>(sql`
    select ${COLUMNS} from data.retention_rule
    where tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and activated_at is not null and ended_at is null order by id`);
}

/** Up to `limit` rules older than one, the newest first: ids grow with time. */
export function listRules(rows: Rows, beforeId: string | null, limit: number): Promise<RetentionRule[]> {
  const start = beforeId === null ? empty : sql`where id < ${beforeId}`;
  return rows.query<RetentionRule>(
    sql`select ${COLUMNS} from data.retention_rule ${start} order by id desc limit ${limit}`,
  );
}

/** Rules of any tenant that are to be carried out and are not. */
export function rulesDue(job: Job, now: Date, limit: number): Promise<{ tenantId: string; id: string }[]> {
  return job.query(sql`
    select tenant_id as "tenantId", id from data.retention_rule r
    where activated_at is not null and ended_at is null and next_run_at <= ${now}
      and not exists (select from data.data_retention_log l where l.tenant_id = r.tenant_id and l.rule_id = r.id and l.outcome = 'running')
    order by next_run_at limit ${limit}`);
}
