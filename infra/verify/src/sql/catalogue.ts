import type { Session } from './session.js';

/** A table whose rows belong to tenants. */
export interface TenantTable {
  readonly schema: string;
  readonly name: string;
}

/**
 * Everything with a tenant_id that the services have, the product, and the tenants of this run: an instance may have schemas
 * of thousands of others, which are all alike.
 */
export async function tenantTables(admin: Session, tenantIds: readonly string[]): Promise<TenantTable[]> {
  const roles = tenantIds.map((id) => `'${roleOf(id)}'`).join(', ');
  const { rows } = await admin.try(`
    select quote_ident(n.nspname) as schema, quote_ident(c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
      and (n.nspname !~ '^t_[0-9a-f]{32}$' or n.nspname in (${roles}))
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
    order by 1, 2`);
  return rows as unknown as TenantTable[];
}

/** Which of these tables have rows of a tenant that a role may read; an outbox is written only. */
export async function tablesOf(
  admin: Session,
  tables: readonly TenantTable[],
  { tenantId, role }: { readonly tenantId: string; readonly role: string },
): Promise<TenantTable[]> {
  const parts = tables.map(
    ({ schema, name }, index) =>
      `select ${index} as index where has_table_privilege('${role}', '${schema}.${name}', 'select')
       and exists (select from ${schema}.${name} where tenant_id = '${tenantId}')`,
  );
  const { rows } = await admin.try(parts.join(' union all '));
  return rows.map(({ index }) => tables[Number(index)]!);
}

/** The name that a tenant's schema and database role share. */
export function roleOf(tenantId: string): string {
  return `t_${tenantId.replaceAll('-', '')}`;
}
