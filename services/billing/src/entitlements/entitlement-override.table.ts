import type { EntitlementOverride as OverrideMessage } from '@tenantry/contracts';
import { sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../plans/plan.table.js';
import { MAX_OVERRIDES, type EntitlementOverride } from './entitlement-override.js';

const columns = sql`tenant_id as "tenantId", feature, entitlement, reason, expires_at as "expiresAt", created_at as "createdAt"`;

/** The overrides of tenants, by feature. */
export async function findOverrides(rows: Rows, tenantIds: readonly string[]): Promise<EntitlementOverride[]> {
  return rows.query<EntitlementOverride>(overridesOf(tenantIds));
}

/** The statement of `findOverrides`, for a flight with others. */
export function overridesOf(tenantIds: readonly string[]): Sql {
  return sql`select ${columns} from billing.entitlement_override where tenant_id = any (${tenantIds}::uuid[]) order by tenant_id, feature`;
}

/** Makes or replaces an override. @throws Fault `conflict` when the tenant has too many */
export async function saveOverride(tx: Transaction, override: EntitlementOverride): Promise<void> {
  const { tenantId, feature, entitlement, reason, expiresAt, createdAt } = override;
  await tx.execute(sql`
    insert into billing.entitlement_override (tenant_id, feature, entitlement, reason, expires_at, created_at)
    values (${tenantId}, ${feature}, ${entitlement}, ${reason}, ${expiresAt}, ${createdAt})
    on conflict (tenant_id, feature) do update
    set entitlement = excluded.entitlement, reason = excluded.reason, expires_at = excluded.expires_at, created_at = excluded.created_at`);
  const count = await tx.one<{ count: number }>(
    sql`select count(*)::int as count from billing.entitlement_override where tenant_id = ${tenantId}`,
  );
  if (count!.count > MAX_OVERRIDES) {
    throw new Fault('conflict', {
      detail: `A tenant has at most ${MAX_OVERRIDES} overrides; give it a plan of its own`,
    });
  }
}

/** @throws Fault `not-found` */
export async function deleteOverride(tx: Transaction, tenantId: string, feature: string): Promise<EntitlementOverride> {
  const removed = await tx.one<EntitlementOverride>(
    sql`delete from billing.entitlement_override where tenant_id = ${tenantId} and feature = ${feature} returning ${columns}`,
  );
  if (!removed) throw new Fault('not-found');
  return removed;
}

/** A change as the audit log records it. */
export function overrideChanges(before: EntitlementOverride | null, after: EntitlementOverride | null): RowChange[] {
  const values = ({ entitlement, reason, expiresAt }: EntitlementOverride) => ({
    entitlement: JSON.stringify(entitlement),
    reason,
    expiresAt: expiresAt?.toISOString() ?? null,
  });
  return [
    {
      resource: 'entitlement_override',
      id: (after ?? before)!.feature,
      action: !after ? 'delete' : before ? 'update' : 'insert',
      ...(before ? { old: values(before) } : {}),
      ...(after ? { new: values(after) } : {}),
    },
  ];
}

export function toMessage({
  feature,
  entitlement,
  reason,
  expiresAt,
  createdAt,
}: EntitlementOverride): OverrideMessage {
  const { kind } = entitlement;
  return {
    feature,
    kind,
    enabled: kind === 'boolean' ? entitlement.enabled : null,
    value: kind === 'static' ? entitlement.value : null,
    limit: kind === 'metered' ? entitlement.limit : null,
    reason,
    expiresAt,
    createdAt,
  };
}
