import { TenantActivated, TenantProvisioningFailed, TenantRequested } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { insertDefaultPolicy } from '../policies/access-policy.table.js';
import { failTenant, openTenant, type Tenant } from '../registry/tenant.js';
import { saveStatus, tenantChanges } from '../registry/tenant.table.js';
import {
  failProvisioning,
  finishProvisioning,
  isPrepared,
  stepDone,
  type AwaitedStep,
  type Provisioning,
} from './provisioning.js';
import { lockSaga, saveProvisioning, type Saga } from './provisioning.table.js';

// What the saga does, each in one commit. Nothing is remembered between two of them but what is in the rows,
// so it goes on wherever it was when a process died; and each holds the lock of the registry entry, so answers that come at
// the same time are taken one after the other.

/** Asks identity for the owner and data for the data space. `before` is the tenant as it was, null for a new one. */
export function askForPreparation(
  tx: Transaction,
  tenant: Tenant,
  provisioning: Provisioning,
  before: Tenant | null = tenant,
): void {
  const { tenantId, slug, name, isolation: mode, region, timeZone, version } = tenant;
  const { ownerRef, ownerPasswordSet, attempt } = provisioning;
  const request = new TenantRequested({
    tenantId,
    slug,
    name,
    mode,
    ownerRef,
    ownerPasswordSet,
    region,
    timeZone,
    attempt,
    version,
  });
  tx.publish(request, { tenantId, changes: before === tenant ? [] : tenantChanges(before, tenant) });
}

/** The saga of the transaction's tenant, locked; undefined when an answer to this attempt does not matter any more. */
async function awaiting(tx: Transaction, attempt: number): Promise<Saga | undefined> {
  const saga = await lockSaga(tx, tx.tenantId);
  return saga.tenant.status === 'provisioning' && saga.provisioning.attempt === attempt ? saga : undefined;
}

/** Takes the answer that a step is done. With the last one the tenant gets its default settings and opens. */
export async function takeDone(tx: Transaction, step: AwaitedStep, attempt: number, now: Date): Promise<void> {
  const saga = await awaiting(tx, attempt);
  if (!saga) return;
  const provisioning = stepDone(saga.provisioning, step, now);
  if (!isPrepared(provisioning)) {
    saveProvisioning(tx, provisioning);
    return;
  }
  const tenant = openTenant(saga.tenant, now);
  if (!saga.hasPolicy) insertDefaultPolicy(tx, tenant.tenantId, now);
  saveProvisioning(tx, finishProvisioning(provisioning, now));
  saveStatus(tx, tenant);
  const { tenantId, version } = tenant;
  tx.publish(new TenantActivated({ tenantId, version }), { tenantId, changes: tenantChanges(saga.tenant, tenant) });
}

/** Takes the answer that a step can't be done. */
export async function takeFailed(
  tx: Transaction,
  step: AwaitedStep,
  attempt: number,
  failure: { reason: string; at: Date },
): Promise<void> {
  const saga = await awaiting(tx, attempt);
  if (saga) giveUp(tx, saga.tenant, saga.provisioning, { step, ...failure });
}

/** Gives an attempt up: the tenant is failed, and everybody who prepared something for it is told to undo that. */
export function giveUp(
  tx: Transaction,
  before: Tenant,
  provisioning: Provisioning,
  { step, reason, at }: { step: AwaitedStep; reason: string; at: Date },
): void {
  const tenant = failTenant(before, at);
  saveProvisioning(tx, failProvisioning(provisioning, step, reason, at));
  saveStatus(tx, tenant);
  const { tenantId, version } = tenant;
  const failed = new TenantProvisioningFailed({ tenantId, step, reason, attempt: provisioning.attempt, version });
  tx.publish(failed, { tenantId, changes: tenantChanges(before, tenant) });
}
