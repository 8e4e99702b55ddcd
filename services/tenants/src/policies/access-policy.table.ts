import type { AccessPolicy as AccessPolicyMessage } from '@tenantry/contracts';
import { sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { PolicyEntry } from '@tenantry/messaging';
import type { Rows } from '../registry/tenant.table.js';
import { defaultPolicy, type AccessPolicy } from './access-policy.js';

const columns = sql`tenant_id as "tenantId", allowed_ips as "allowedIps", cors_origins as "corsOrigins", rate_per_s as "ratePerS", burst,
  max_session_hours as "maxSessionHours", export_roles as "exportRoles",
  password_min_length as "passwordMinLength", password_history as "passwordHistory",
  password_max_age_days as "passwordMaxAgeDays", version, updated_at as "updatedAt"`;

/** @throws Fault `not-found` when the tenant has none yet, or is not visible here */
export async function findPolicy(rows: Rows, tenantId: string): Promise<AccessPolicy> {
  const [policy] = await rows.query<AccessPolicy>(
    sql`select ${columns} from tenants.access_policy where tenant_id = ${tenantId}`,
  );
  if (!policy) throw new Fault('not-found');
  return policy;
}

/** As `findPolicy`, and nobody else changes it until the commit. */
export async function lockPolicy(tx: Transaction, tenantId: string): Promise<AccessPolicy> {
  const policy = await tx.one<AccessPolicy>(
    sql`select ${columns} from tenants.access_policy where tenant_id = ${tenantId} for update`,
  );
  if (!policy) throw new Fault('not-found');
  return policy;
}

/** Every policy, for refilling the directory; `afterId` continues after that tenant. */
export async function policiesAfter(rows: Rows, afterId: string | null, limit: number): Promise<AccessPolicy[]> {
  return rows.query<AccessPolicy>(sql`select ${columns} from tenants.access_policy
    where ${afterId}::uuid is null or tenant_id > ${afterId} order by tenant_id limit ${limit}`);
}

/** Gives a tenant that has none the default policy, with the commit. The caller holds the lock of the tenant's registry entry. */
export function insertDefaultPolicy(tx: Transaction, tenantId: string, now: Date): void {
  const policy = defaultPolicy(tenantId, now);
  tx.finish(sql`
    insert into tenants.access_policy (tenant_id, allowed_ips, cors_origins, rate_per_s, burst, version, updated_at)
    values (${tenantId}, ${policy.allowedIps}, ${policy.corsOrigins}, ${policy.ratePerS}, ${policy.burst}, ${policy.version}, ${now})`);
  projectPolicy(tx, policy);
}

/** Saves a changed policy. The caller holds the row's lock. */
export async function savePolicy(tx: Transaction, policy: AccessPolicy): Promise<void> {
  await tx.execute(sql`
    update tenants.access_policy
    set allowed_ips = ${policy.allowedIps}, cors_origins = ${policy.corsOrigins}, rate_per_s = ${policy.ratePerS}, burst = ${policy.burst},
        max_session_hours = ${policy.maxSessionHours}, export_roles = ${policy.exportRoles},
        password_min_length = ${policy.passwordMinLength}, password_history = ${policy.passwordHistory},
        password_max_age_days = ${policy.passwordMaxAgeDays},
        version = ${policy.version}, updated_at = ${policy.updatedAt}
    where tenant_id = ${policy.tenantId}`);
  projectPolicy(tx, policy);
}

/** The policy's entry in the directory by which every gateway goes. */
export function policyEntry(policy: AccessPolicy): Omit<PolicyEntry, 'version'> {
  const { allowedIps, corsOrigins, ratePerS, burst, maxSessionHours, exportRoles } = policy;
  const { passwordMinLength, passwordHistory, passwordMaxAgeDays } = policy;
  const passwords = { passwordMinLength, passwordHistory, passwordMaxAgeDays };
  return { allowedIps, corsOrigins, ratePerS, burst, maxSessionHours, exportRoles, ...passwords };
}

function projectPolicy(tx: Transaction, policy: AccessPolicy): void {
  tx.project('policies', policy.tenantId, policyEntry(policy), policy.version);
}

export function policyChanges(before: AccessPolicy, after: AccessPolicy): RowChange[] {
  const values = (policy: AccessPolicy) => ({
    ...policyEntry(policy),
    allowedIps: policy.allowedIps.join(', '),
    corsOrigins: policy.corsOrigins.join(', '),
    exportRoles: policy.exportRoles.join(', '),
  });
  return [
    {
      resource: 'access_policy',
      id: after.tenantId,
      action: 'update',
      old: values(before),
      new: values(after),
    },
  ];
}

export function toMessage(policy: AccessPolicy): AccessPolicyMessage {
  const { allowedIps, corsOrigins, exportRoles, updatedAt } = policy;
  const lists = { allowedIps: [...allowedIps], corsOrigins: [...corsOrigins], exportRoles: [...exportRoles] };
  const { ratePerS, burst, maxSessionHours, passwordMinLength, passwordHistory, passwordMaxAgeDays } = policy;
  const passwords = { passwordMinLength, passwordHistory, passwordMaxAgeDays };
  return { ...lists, ratePerS, burst, maxSessionHours, ...passwords, updatedAt };
}
