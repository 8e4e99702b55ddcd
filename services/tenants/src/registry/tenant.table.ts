import type { Tenant as TenantMessage, TenantInfo } from '@tenantry/contracts';
import { onUnique, sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { directoryEntry, type Tenant, type TenantStatus } from './tenant.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const columns = sql`tenant_id as "tenantId", slug, name, status, isolation, industry, region, time_zone as "timeZone", cell,
  organization_id as "organizationId", sandbox_of as "sandboxOf", suspension_reason as "suspensionReason",
  space_deleted_at as "spaceDeletedAt", version, created_at as "createdAt", status_changed_at as "statusChangedAt"`;

/** @throws Fault `not-found` when there is no such tenant, or it is not visible here */
export async function findTenant(rows: Rows, tenantId: string): Promise<Tenant> {
  const [tenant] = await rows.query<Tenant>(sql`select ${columns} from tenants.tenant where tenant_id = ${tenantId}`);
  if (!tenant) throw new Fault('not-found');
  return tenant;
}

/** As `findTenant`, and nobody else changes it until the commit: changes of one tenant come one after the other. */
export async function lockTenant(tx: Transaction, tenantId: string): Promise<Tenant> {
  const tenant = await tx.one<Tenant>(lockOf(tenantId));
  if (!tenant) throw new Fault('not-found');
  return tenant;
}

/** The statement of `lockTenant`, for a flight with others. */
export function lockOf(tenantId: string): Sql {
  return sql`select ${columns} from tenants.tenant where tenant_id = ${tenantId} for update`;
}

/** Which tenants a list has. `beforeId` continues it after the tenant with that id. */
export interface TenantFilter {
  readonly status: TenantStatus | null;
  readonly organizationId: string | null;
  readonly slug: string | null;
  readonly beforeId: string | null;
}

/** The newest first: ids grow with the time of creation. */
export async function listTenantRows(rows: Rows, filter: TenantFilter, limit: number): Promise<Tenant[]> {
  return rows.query<Tenant>(sql`select ${columns} from tenants.tenant
    where (${filter.status}::text is null or status = ${filter.status})
      and (${filter.organizationId}::uuid is null or organization_id = ${filter.organizationId})
      and (${filter.slug}::text is null or slug = ${filter.slug})
      and (${filter.beforeId}::uuid is null or tenant_id < ${filter.beforeId})
    order by tenant_id desc limit ${limit}`);
}

/** Every tenant, for refilling the directory; `afterId` continues after the tenant with that id. */
export async function tenantsAfter(rows: Rows, afterId: string | null, limit: number): Promise<Tenant[]> {
  return rows.query<Tenant>(sql`select ${columns} from tenants.tenant
    where ${afterId}::uuid is null or tenant_id > ${afterId} order by tenant_id limit ${limit}`);
}

/** The slug at once, the rest with the commit. @throws Fault `slug-taken` */
export async function insertTenant(tx: Transaction, tenant: Tenant): Promise<void> {
  const taken = (): Fault =>
    new Fault('slug-taken', { field: 'slug', detail: `A tenant with the slug "${tenant.slug}" exists` });
  await tx
    .execute(sql`insert into tenants.slug (slug, tenant_id) values (${tenant.slug}, ${tenant.tenantId})`)
    .catch(onUnique('slug_pkey', taken));
  tx.finish(sql`insert into tenants.tenant (tenant_id, slug, name, status, isolation, industry, region, time_zone, cell,
      organization_id, sandbox_of, suspension_reason, space_deleted_at, version, created_at, status_changed_at)
    values (${tenant.tenantId}, ${tenant.slug}, ${tenant.name}, ${tenant.status}, ${tenant.isolation}, ${tenant.industry}, ${tenant.region},
      ${tenant.timeZone}, ${tenant.cell}, ${tenant.organizationId}, ${tenant.sandboxOf}, ${tenant.suspensionReason},
      ${tenant.spaceDeletedAt}, ${tenant.version}, ${tenant.createdAt}, ${tenant.statusChangedAt})`);
  projectTenant(tx, tenant);
}

/** Saves a change of status, with the commit. The caller holds the row's lock. */
export function saveStatus(tx: Transaction, tenant: Tenant): void {
  tx.finish(sql`update tenants.tenant
    set status = ${tenant.status}, suspension_reason = ${tenant.suspensionReason}, space_deleted_at = ${tenant.spaceDeletedAt},
        version = ${tenant.version}, status_changed_at = ${tenant.statusChangedAt}
    where tenant_id = ${tenant.tenantId}`);
  projectTenant(tx, tenant);
}

/** What the rest of the system goes by: the write permission that every commit checks, and the gateways' directory. */
function projectTenant(tx: Transaction, tenant: Tenant): void {
  const { tenantId, status, isolation, cell, version } = tenant;
  tx.finish(sql`select platform.set_tenant_status(${tenantId}, ${status}, ${isolation}, ${cell}, ${version})`);
  tx.project('tenants', tenantId, directoryEntry(tenant), version);
}

/** A change of a tenant as the audit log records it: what became of what, or how it began. */
export function tenantChanges(before: Tenant | null, after: Tenant): RowChange[] {
  const { status, suspensionReason } = after;
  const change = { resource: 'tenant', id: after.tenantId };
  if (before) {
    return [
      {
        ...change,
        action: 'update',
        old: { status: before.status, suspensionReason: before.suspensionReason },
        new: { status, suspensionReason },
      },
    ];
  }
  const { slug, name, isolation, industry, region, timeZone, organizationId, sandboxOf } = after;
  return [
    {
      ...change,
      action: 'insert',
      new: { slug, name, status, isolation, industry, region, timeZone, organizationId, sandboxOf },
    },
  ];
}

export function toMessage(tenant: Tenant): TenantMessage {
  const { tenantId: id, timeZone: timezone, ...rest } = tenant;
  return { ...rest, id, timezone };
}

export function toInfo(tenant: Tenant): TenantInfo {
  const { slug, name, status, isolation, industry, region, timeZone: timezone } = tenant;
  const {
    tenantId: tenant_id,
    organizationId: organization_id,
    sandboxOf: sandbox_of,
    suspensionReason: suspension_reason,
    createdAt: created_at,
  } = tenant;
  return {
    tenant_id,
    slug,
    name,
    status,
    isolation,
    industry,
    region,
    timezone,
    organization_id,
    sandbox_of,
    suspension_reason,
    created_at,
  };
}
