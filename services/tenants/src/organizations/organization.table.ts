import { onUnique, sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../registry/tenant.table.js';
import type { Organization } from './organization.js';

const columns = sql`id, name, created_at as "createdAt"`;

/** @throws Fault `conflict` when the name is taken */
export async function insertOrganization(tx: Transaction, { id, name, createdAt }: Organization): Promise<void> {
  const taken = (): Fault => new Fault('conflict', { field: 'name', detail: 'An organization with this name exists' });
  await tx
    .execute(
      sql`insert into tenants.organization (tenant_id, id, name, created_at) values (${tx.tenantId}, ${id}, ${name}, ${createdAt})`,
    )
    .catch(onUnique('organization_name', taken));
}

/** @throws Fault `not-found` */
export async function findOrganization(rows: Rows, id: string): Promise<Organization> {
  const [organization] = await rows.query<Organization>(
    sql`select ${columns} from tenants.organization where id = ${id}`,
  );
  if (!organization) throw new Fault('not-found');
  return organization;
}

/** The newest first; `beforeId` continues after the organization with that id. */
export async function listOrganizationRows(
  rows: Rows,
  beforeId: string | null,
  limit: number,
): Promise<Organization[]> {
  return rows.query<Organization>(sql`select ${columns} from tenants.organization
    where ${beforeId}::uuid is null or id < ${beforeId} order by id desc limit ${limit}`);
}
