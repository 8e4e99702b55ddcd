import { Controller } from '@nestjs/common';
import {
  changeTenantPlan,
  SubscriptionChanged,
  type ChangeTenantPlanRequest,
  type Subscription as SubscriptionMessage,
} from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import type { Plan } from '../plans/plan.js';
import { findPlan } from '../plans/plan.table.js';
import { requireTenant } from './require-tenant.js';
import { movePlan, pastTerms, subscribe, type Subscription } from './subscription.js';
import {
  insertPastTerms,
  insertSubscription,
  lockSubscription,
  saveSubscription,
  subscriptionChanges,
  toMessage,
} from './subscription.table.js';

/** Moves a tenant to a plan. A tenant that has it already is left as it is. */
@Controller()
export class ChangeTenantPlan {
  constructor(
    private readonly catalog: Catalog,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(changeTenantPlan)
  async handle(request: ChangeTenantPlanRequest, ctx: TenantContext): Promise<SubscriptionMessage> {
    const { tenantId } = request;
    await requireTenant(this.directories, tenantId);
    return this.catalog.transaction(ctx, async (tx) => {
      const plan = await findPlan(tx, request.planId, request.version ?? null).catch(noSuchPlan);
      const before = await lockSubscription(tx, tenantId);
      const after = before ? movePlan(before, plan, this.clock.now()) : await this.begin(tx, tenantId, plan);
      if (before && after !== before) await this.move(tx, before, after);
      if (after !== before) announce(tx, before ?? null, after);
      return toMessage(after, this.clock.now());
    });
  }

  /** What was in force until now is kept: the days of it are charged by it. */
  private async move(tx: Transaction, before: Subscription, after: Subscription): Promise<void> {
    const past = after.termsSince > before.termsSince ? pastTerms(before, after) : null;
    if (past) await insertPastTerms(tx, before.tenantId, past);
    await saveSubscription(tx, after);
  }

  /** For a tenant that nobody gave a plan yet. */
  private async begin(tx: Transaction, tenantId: string, plan: Plan): Promise<Subscription> {
    const subscription = subscribe(tenantId, plan, this.clock.now());
    if (await insertSubscription(tx, subscription)) return subscription;
    throw new Fault('conflict', { detail: 'The tenant got its first plan just now; try again' });
  }
}

/** The tenant exists, so an unknown plan is a mistake in the body and not in the address. */
function noSuchPlan(error: unknown): never {
  if (!(error instanceof Fault && error.reason === 'not-found')) throw error;
  throw new Fault('invalid-input', { field: 'planId', detail: 'There is no such plan, or no such version of it' });
}

/** Says in the tenant's own trail that it has another plan. */
export function announce(tx: Transaction, before: Subscription | null, after: Subscription): void {
  const { tenantId, plan, version } = after;
  const event = new SubscriptionChanged({ planId: plan.id, planName: plan.name, planVersion: plan.version, version });
  tx.publish(event, { tenantId, changes: subscriptionChanges(before, after) });
}
