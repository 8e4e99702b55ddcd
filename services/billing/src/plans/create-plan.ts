import { Controller } from '@nestjs/common';
import {
  createPlan,
  createTier,
  PlanVersionCreated,
  type CreatePlanRequest,
  type CreateTierRequest,
  type Plan as PlanMessage,
  type Tier,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from './catalog.js';
import { openPlan, type Plan, type PlanWish } from './plan.js';
import { insertPlan, planChanges, toMessage, toTier } from './plan.table.js';

/** Creates a plan with its first version. */
@Controller()
export class CreatePlan {
  constructor(
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {}

  @Handles(createPlan)
  async handle(request: CreatePlanRequest, ctx: TenantContext): Promise<PlanMessage> {
    return this.create(request, ctx, toMessage);
  }

  @Handles(createTier)
  async handleTier(request: CreateTierRequest, ctx: TenantContext): Promise<Tier> {
    const { name, price, usage_caps: usageCaps, feature_entitlements: featureEntitlements } = request;
    return this.create({ name, price, usageCaps, featureEntitlements, staticEntitlements: {} }, ctx, toTier);
  }

  private create<T>(wish: PlanWish & { name: string }, ctx: TenantContext, print: (plan: Plan) => T): Promise<T> {
    const plan = openPlan(wish, this.clock.now());
    const { id: planId, name, version } = plan;
    return this.catalog.transaction(ctx, async (tx) => {
      await insertPlan(tx, plan);
      tx.publish(new PlanVersionCreated({ planId, name, version }), { changes: planChanges(plan) });
      return print(plan);
    });
  }
}
