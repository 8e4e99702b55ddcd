import { Controller } from '@nestjs/common';
import { createPlan, PlanVersionCreated, type CreatePlanRequest, type Plan as PlanMessage } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from './catalog.js';
import { openPlan } from './plan.js';
import { insertPlan, planChanges, toMessage } from './plan.table.js';

/** Creates a plan with its first version. */
@Controller()
export class CreatePlan {
  constructor(
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {}

  @Handles(createPlan)
  async handle(request: CreatePlanRequest, ctx: TenantContext): Promise<PlanMessage> {
    const plan = openPlan(request, this.clock.now());
    const { id: planId, name, version } = plan;
    return this.catalog.transaction(ctx, async (tx) => {
      await insertPlan(tx, plan);
      tx.publish(new PlanVersionCreated({ planId, name, version }), { changes: planChanges(plan) });
      return toMessage(plan);
    });
  }
}
