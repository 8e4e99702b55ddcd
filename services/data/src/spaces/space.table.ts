import { sql, type Transaction } from '@tenantry/database';
import { forgetCounts } from '../quotas/count.table.js';
import { deleteIndex } from '../own-values/value-index.table.js';
import type { Space } from './space.js';

const COLUMNS = sql`mode, schema_name as "schemaName", version, product_version as "productVersion", attempt,
  tenant_version as "tenantVersion"`;

/** The tenant's space, locked: its tables are changed by one transaction at a time. */
export async function lockSpace(tx: Transaction): Promise<Space | undefined> {
  return tx.one<Space>(sql`select ${COLUMNS} from data.space where tenant_id = ${tx.tenantId} for update`);
}

/** A new space holds nothing, and everything that comes is counted: there is nothing to compare before tomorrow. */
export async function insertSpace(
  tx: Transaction,
  { mode, schemaName, version, productVersion, attempt }: Space,
): Promise<void> {
  await tx.execute(sql`
    insert into data.space (tenant_id, mode, schema_name, version, product_version, attempt, counted_at, counted_version)
    values (${tx.tenantId}, ${mode}, ${schemaName}, ${version}, ${productVersion}, ${attempt}, now(), ${version})`);
}

/** Notes which attempt of provisioning the space has answered. */
export async function saveAttempt(tx: Transaction, attempt: number): Promise<void> {
  await tx.execute(sql`update data.space set attempt = greatest(attempt, ${attempt}) where tenant_id = ${tx.tenantId}`);
}

/** Makes everybody look the tenant's tables up again. */
export async function bumpSpace(tx: Transaction, schemaName: string | null): Promise<void> {
  await tx.execute(sql`
    update data.space set version = version + 1, schema_name = coalesce(${schemaName}, schema_name)
    where tenant_id = ${tx.tenantId}`);
}

export async function saveOpenness(tx: Transaction, open: boolean, tenantVersion: bigint): Promise<void> {
  await tx.execute(sql`
    update data.space set open = ${open}, tenant_version = ${tenantVersion} where tenant_id = ${tx.tenantId}`);
}

export async function deleteSpace(tx: Transaction): Promise<void> {
  await forgetCounts(tx);
  await deleteIndex(tx);
  await tx.execute(sql`delete from data.table_definition where tenant_id = ${tx.tenantId}`);
  await tx.execute(sql`delete from data.space where tenant_id = ${tx.tenantId}`);
}

/** Makes the tenant's own schema and role if they are not there; answers their name. */
export async function openSchema(tx: Transaction, mode: Space['mode']): Promise<string> {
  const opened = await tx.one<{ name: string }>(sql`select data.open_schema(${mode === 'pool'}) as name`);
  return opened!.name;
}

/** Takes or gives back the role's right to its schema. */
export async function setSchemaAccess(tx: Transaction, open: boolean): Promise<void> {
  await tx.query(sql`select data.set_schema_access(${open})`);
}

/** Drops the tenant's schema with everything in it, and its role. */
export async function dropSchema(tx: Transaction): Promise<void> {
  await tx.query(sql`select data.drop_schema()`);
}

/** Shows the tenant its audit trail as a table. */
export async function openAuditLog(tx: Transaction): Promise<void> {
  await tx.query(sql`select data.open_audit_log()`);
}
