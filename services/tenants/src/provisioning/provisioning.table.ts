import type { Provisioning as ProvisioningMessage } from '@tenantry/contracts';
import { sql, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Tenant } from '../registry/tenant.js';
import { lockOf, type Rows } from '../registry/tenant.table.js';
import { STEPS, type Provisioning, type Step } from './provisioning.js';

type ProvisioningRow = Omit<Provisioning, 'steps'> & { readonly step: Omit<Step, 'startedAt' | 'finishedAt'> } & Record<
    'stepStartedAt' | 'stepFinishedAt',
    Date
  >;

/** Every tenant has one from the commit that created it. */
export async function findProvisioning(rows: Rows, tenantId: string): Promise<Provisioning> {
  return fromRows(tenantId, await rows.query<ProvisioningRow>(rowsOf(tenantId)));
}

/** A tenant's saga, locked: answers that come at the same time are taken one after the other. */
export interface Saga {
  readonly tenant: Tenant;
  readonly provisioning: Provisioning;
  readonly hasPolicy: boolean;
}

/** The lock of the registry entry first, and then what it guards. @throws Fault `not-found` */
export async function lockSaga(tx: Transaction, tenantId: string): Promise<Saga> {
  const policy = sql`select from tenants.access_policy where tenant_id = ${tenantId}`;
  const [tenants, rows, policies] = await tx.queryAll([lockOf(tenantId), rowsOf(tenantId), policy]);
  const [tenant] = tenants as Tenant[];
  if (!tenant) throw new Fault('not-found');
  return { tenant, provisioning: fromRows(tenantId, rows as ProvisioningRow[]), hasPolicy: policies!.length > 0 };
}

/** One row a step. */
function rowsOf(tenantId: string): Sql {
  return sql`
    select tenant_id as "tenantId", attempt, owner_ref as "ownerRef", owner_email as "ownerEmail", owner_password_set as "ownerPasswordSet",
      head.started_at as "startedAt", asked_at as "askedAt", head.finished_at as "finishedAt",
      json_build_object('name', name, 'status', status, 'attempts', attempts, 'error', error) as step,
      step.started_at as "stepStartedAt", step.finished_at as "stepFinishedAt"
    from tenants.provisioning head join tenants.provisioning_step step using (tenant_id)
    where tenant_id = ${tenantId} order by position`;
}

function fromRows(tenantId: string, rows: readonly ProvisioningRow[]): Provisioning {
  const [first] = rows;
  if (!first) throw new Error(`the tenant ${tenantId} has no provisioning`);
  const { attempt, ownerRef, ownerEmail, ownerPasswordSet, startedAt, askedAt, finishedAt } = first;
  const steps = rows.map((row) => ({ ...row.step, startedAt: row.stepStartedAt, finishedAt: row.stepFinishedAt }));
  return { tenantId, attempt, ownerRef, ownerEmail, ownerPasswordSet, startedAt, askedAt, finishedAt, steps };
}

/** Saves the whole of it, with the commit. The caller holds the lock of the tenant's registry entry. */
export function saveProvisioning(tx: Transaction, provisioning: Provisioning): void {
  const { tenantId, attempt, ownerRef, ownerEmail, ownerPasswordSet, startedAt, askedAt, finishedAt, steps } =
    provisioning;
  tx.finish(sql`
    insert into tenants.provisioning
      (tenant_id, attempt, owner_ref, owner_email, owner_password_set, started_at, asked_at, finished_at)
    values (${tenantId}, ${attempt}, ${ownerRef}, ${ownerEmail}, ${ownerPasswordSet}, ${startedAt}, ${askedAt}, ${finishedAt})
    on conflict (tenant_id) do update
      set attempt = excluded.attempt, owner_ref = excluded.owner_ref, owner_email = excluded.owner_email,
          owner_password_set = excluded.owner_password_set, started_at = excluded.started_at, asked_at = excluded.asked_at,
          finished_at = excluded.finished_at`);
  tx.finish(sql`
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
