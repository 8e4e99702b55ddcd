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
      const after = (await this.begin(tx, tenantId, plan)) ?? (await this.move(tx, tenantId, plan));
      return toMessage(after, this.clock.now());
    });
  }

  /** For a tenant that nobody gave a plan yet; undefined when it has one, also when it got that just now. */
  private async begin(tx: Transaction, tenantId: string, plan: Plan): Promise<Subscription | undefined> {
    if (await lockSubscription(tx, tenantId)) return undefined;
    const subscription = subscribe(tenantId, plan, this.clock.now());
    if (!(await insertSubscription(tx, subscription))) return undefined;
    announce(tx, null, subscription);
    return subscription;
  }

  /** What was in force until now is kept: the days of it are charged by it. */
  private async move(tx: Transaction, tenantId: string, plan: Plan): Promise<Subscription> {
    const before = (await lockSubscription(tx, tenantId))!;
    const after = movePlan(before, plan, this.clock.now());
    if (after === before) return before;
    const past = after.termsSince > before.termsSince ? pastTerms(before, after) : null;
    if (past) await insertPastTerms(tx, tenantId, past);
    await saveSubscription(tx, after);
    announce(tx, before, after);
    return after;
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
