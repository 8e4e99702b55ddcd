import { type Job, sql, type TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { KeyRotation } from './key-rotation.js';

const COLUMNS = sql`id, key_version as "keyVersion", index_key_version as "indexKeyVersion", started_at as "startedAt",
  finished_at as "finishedAt", not_before as "notBefore", pass, pass_rows as "passRows", table_name as "tableName",
  after_key as "afterKey", tables_total as "tablesTotal", tables_done as "tablesDone", rows_done as "rowsDone"`;

export async function insertRotation(tx: Transaction, rotation: KeyRotation): Promise<void> {
  const { id, keyVersion, indexKeyVersion, startedAt, notBefore, tablesTotal } = rotation;
  await tx.execute(sql`
    insert into data.key_rotation (tenant_id, id, key_version, index_key_version, started_at, not_before, tables_total)
    values (${tx.tenantId}, ${id}, ${keyVersion}, ${indexKeyVersion}, ${startedAt}, ${notBefore}, ${tablesTotal})`);
}

export async function findRotation(
  tenants: TenantDatabase,
  ctx: TenantContext,
  id: string,
): Promise<KeyRotation | undefined> {
  const [found] = await tenants.query<KeyRotation>(
    ctx,
    sql`select ${COLUMNS} from data.key_rotation where tenant_id = ${ctx.tenantId} and id = ${id}`,
  );
  return found;
}

/** The tenant's rotation that is not finished. */
export async function findRunning(tx: Transaction): Promise<KeyRotation | undefined> {
  return tx.one<KeyRotation>(
    sql`select ${COLUMNS} from data.key_rotation where tenant_id = ${tx.tenantId} and finished_at is null`,
  );
}

/** The same, locked, if something is to be done for it now. */
export async function lockDue(tx: Transaction, now: Date): Promise<KeyRotation | undefined> {
  return tx.one<KeyRotation>(sql`
    select ${COLUMNS} from data.key_rotation
    where tenant_id = ${tx.tenantId} and finished_at is null and not_before <= ${now} for update`);
}

/** Tenants for whom something is to be done, those that wait longest first. */
export async function tenantsRotating(job: Job, now: Date, limit: number): Promise<string[]> {
  const rows = await job.query<{ id: string }>(sql`
    select tenant_id as id from data.key_rotation where finished_at is null and not_before <= ${now}
    order by not_before limit ${limit}`);
  return rows.map(({ id }) => id);
}

export async function postpone(job: Job, tenantId: string, notBefore: Date): Promise<void> {
  await job.query(sql`
    update data.key_rotation set not_before = ${notBefore} where tenant_id = ${tenantId} and finished_at is null`);
}

export async function saveRotation(tx: Transaction, rotation: KeyRotation): Promise<void> {
  const { id, finishedAt, notBefore, pass, passRows, tableName, afterKey, tablesTotal, tablesDone, rowsDone } =
    rotation;
  await tx.execute(sql`
    update data.key_rotation set finished_at = ${finishedAt}, not_before = ${notBefore}, pass = ${pass}, pass_rows = ${passRows},
      table_name = ${tableName}, after_key = ${afterKey}, tables_total = ${tablesTotal}, tables_done = ${tablesDone},
      rows_done = ${rowsDone}
    where tenant_id = ${tx.tenantId} and id = ${id}`);
}
