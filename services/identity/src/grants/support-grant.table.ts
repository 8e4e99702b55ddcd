import { empty, sql, type Doors, type TenantDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { Projection } from '@tenantry/messaging';
import { grantEntry, type SupportGrant } from './support-grant.js';

const COLUMNS = sql`id, tables, access, reason, staff_id as "staffId", granted_by as "grantedBy", granted_at as "grantedAt",
  expires_at as "expiresAt", revoked_at as "revokedAt"`;

export async function insertGrant(tx: Transaction, grant: SupportGrant): Promise<void> {
  const { id, tables, access, reason, staffId, grantedBy, grantedAt, expiresAt } = grant;
  await tx.execute(sql`
    insert into identity.support_grant (tenant_id, id, tables, access, reason, staff_id, granted_by, granted_at, expires_at)
    values (${tx.tenantId}, ${id}, ${tables}, ${access}, ${reason}, ${staffId}, ${grantedBy}, ${grantedAt}, ${expiresAt})`);
}

/** Up to `limit` grants before a position (an id), newest first. */
export function listGrants(
  tenants: TenantDatabase,
  ctx: TenantContext,
  before: string | null,
  limit: number,
): Promise<SupportGrant[]> {
  const start = before ? sql`and id < ${before}` : empty;
  return tenants.query<SupportGrant>(
    ctx,
    sql`select ${COLUMNS} from identity.support_grant where tenant_id = ${ctx.tenantId} ${start} order by id desc limit ${limit}`,
  );
}

/** A grant, locked until the commit. */
export function lockGrant(tx: Transaction, id: string): Promise<SupportGrant | undefined> {
  return tx.one<SupportGrant>(
    sql`select ${COLUMNS} from identity.support_grant where tenant_id = ${tx.tenantId} and id = ${id} for update`,
  );
}

export async function revokeGrant(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.execute(
    sql`update identity.support_grant set revoked_at = ${now} where tenant_id = ${tx.tenantId} and id = ${id}`,
  );
}

/** Every grant that can be used, for a directory that is new or was lost: at most seven days' worth. */
export async function* allGrantEntries(doors: Doors): AsyncIterable<Projection> {
  const active = await doors.control.job('identity_directory').query<SupportGrant & { tenantId: string }>(sql`
    select tenant_id as "tenantId", ${COLUMNS} from identity.support_grant where revoked_at is null and expires_at > now()`);
  for (const { tenantId, ...grant } of active) {
    yield { bucket: 'grants', key: grant.id, value: grantEntry(grant, tenantId), version: 1 };
  }
}
