import { type Access, HOME_CELL } from '@tenantry/database';
import { type TenantContext, newId } from '@tenantry/kernel';
import pg from 'pg';

/** Each tenant's rows, in each of the tables. */
export const ROWS_EACH = 20;
/** One transaction locks every object that it makes. */
const BATCH = 50;

/** A tenant whose rows are in a shared table and, again, in a schema of its own. */
export interface Tenant {
  readonly ctx: TenantContext;
  readonly access: Access;
}

/** Adds tenants, numbered, and their rows; as the superuser. */
export async function addTenants(url: string, from: number, until: number): Promise<Tenant[]> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const tenants = Array.from({ length: until - from }, (_, i) => ({
    ctx: contextOf(newId()),
    access: accessOf(from + i),
  }));
  const ids = tenants.map(({ ctx }) => ctx.tenantId);
  const rows = `select t, i, 'item ' || i, i from unnest($1::uuid[]) t, generate_series(1, ${ROWS_EACH}) i`;
  await admin.query(`insert into shop.plain ${rows}`, [ids]);
  await admin.query(`insert into shop.pooled ${rows}`, [ids]);
  for (let at = 0; at < tenants.length; at += BATCH)
    await admin.query(
      tenants
        .slice(at, at + BATCH)
        .map(schemaOf)
        .join(';'),
    );
  await admin.query('vacuum analyze');
  await admin.end();
  return tenants;
}

/** Names are made of our own numbers and ids. */
function schemaOf({ ctx, access: { role } }: Tenant): string {
  return `create role ${role} nologin; grant ${role} to shop_service with inherit false, set true;
    create schema ${role}; grant usage on schema ${role} to ${role};
    create table ${role}.item (like shop.plain including all);
    call platform.tenant_table('${role}.item', grantee => '${role}');
    insert into ${role}.item select '${ctx.tenantId}', i, 'item ' || i, i from generate_series(1, ${ROWS_EACH}) i`;
}

function accessOf(n: number): Access {
  return { role: `shop_t${n}`, searchPath: [`shop_t${n}`] };
}

function contextOf(tenantId: string): TenantContext {
  const request = { id: newId(), clientIp: null, userAgent: null, deadlineAtMs: 0, traceparent: null };
  return {
    ...{
      tenantId,
      cell: HOME_CELL,
      mode: 'pool',
      organizationId: null,
      locationId: null,
      onBehalfOf: null,
      agentId: null,
    },
    ...{ grantId: null, purpose: 'request', permissions: [], credentialId: null, whenSuspended: false, request },
    ...{ actor: { kind: 'user', id: newId(), role: 'owner' }, idempotency: null, signal: null },
  };
}
