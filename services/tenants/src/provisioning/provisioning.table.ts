import type { Provisioning as ProvisioningMessage } from '@tenantry/contracts';
import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../registry/tenant.table.js';
import { STEPS, type Provisioning, type Step } from './provisioning.js';

/** Every tenant has one from the commit that created it. */
export async function findProvisioning(rows: Rows, tenantId: string): Promise<Provisioning> {
  const [head] = await rows.query<Omit<Provisioning, 'steps'>>(sql`
    select tenant_id as "tenantId", attempt, owner_ref as "ownerRef", owner_email as "ownerEmail", owner_password_set as "ownerPasswordSet",
      started_at as "startedAt", asked_at as "askedAt", finished_at as "finishedAt"
    from tenants.provisioning where tenant_id = ${tenantId}`);
  const steps = await rows.query<Step>(sql`
    select name, status, attempts, error, started_at as "startedAt", finished_at as "finishedAt"
    from tenants.provisioning_step where tenant_id = ${tenantId} order by position`);
  if (!head) throw new Error(`the tenant ${tenantId} has no provisioning`);
  return { ...head, steps };
}

/** Saves the whole of it. The caller holds the lock of the tenant's registry entry. */
export async function saveProvisioning(tx: Transaction, provisioning: Provisioning): Promise<void> {
  const { tenantId, attempt, ownerRef, ownerEmail, ownerPasswordSet, startedAt, askedAt, finishedAt, steps } =
    provisioning;
  await tx.execute(sql`
    insert into tenants.provisioning
      (tenant_id, attempt, owner_ref, owner_email, owner_password_set, started_at, asked_at, finished_at)
    values (${tenantId}, ${attempt}, ${ownerRef}, ${ownerEmail}, ${ownerPasswordSet}, ${startedAt}, ${askedAt}, ${finishedAt})
    on conflict (tenant_id) do update
      set attempt = excluded.attempt, owner_ref = excluded.owner_ref, owner_email = excluded.owner_email,
          owner_password_set = excluded.owner_password_set, started_at = excluded.started_at, asked_at = excluded.asked_at,
          finished_at = excluded.finished_at`);
  await tx.execute(sql`
    insert into tenants.provisioning_step (tenant_id, name, position, status, attempts, error, started_at, finished_at)
    select ${tenantId}, step.* from unnest(
      ${steps.map(({ name }) => name)}::text[], ${steps.map(({ name }) => STEPS.indexOf(name))}::smallint[],
      ${steps.map(({ status }) => status)}::text[], ${steps.map(({ attempts }) => attempts)}::integer[],
      ${steps.map(({ error }) => error)}::text[], ${steps.map((step) => step.startedAt)}::timestamptz[],
      ${steps.map((step) => step.finishedAt)}::timestamptz[]) as step
    on conflict (tenant_id, name) do update
      set status = excluded.status, attempts = excluded.attempts, error = excluded.error, started_at = excluded.started_at,
          finished_at = excluded.finished_at`);
}

/** Tenants whose awaited steps were last asked for before a time, the longest waiting first. */
export async function waitingSince(rows: Rows, askedBefore: Date, limit: number): Promise<string[]> {
  const waiting = await rows.query<{ tenantId: string }>(sql`
    select tenant_id as "tenantId" from tenants.provisioning
    where finished_at is null and asked_at < ${askedBefore} order by asked_at limit ${limit}`);
  return waiting.map(({ tenantId }) => tenantId);
}

export function toMessage(provisioning: Provisioning, status: string): ProvisioningMessage {
  const { tenantId, attempt, startedAt, finishedAt, steps } = provisioning;
  return { tenantId, status, attempt, startedAt, finishedAt, steps: [...steps] };
}
