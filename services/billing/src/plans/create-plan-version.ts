import { Controller } from '@nestjs/common';
import {
  createPlanVersion,
  PlanVersionCreated,
  type CreatePlanVersionRequest,
  type Plan as PlanMessage,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from './catalog.js';
import { nextVersion } from './plan.js';
import { findPlan, insertPlanVersion, planChanges, toMessage } from './plan.table.js';

/** Adds a version to a plan. Whoever has an older one keeps it. */
@Controller()
export class CreatePlanVersion {
  constructor(
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {}

  @Handles(createPlanVersion)
  async handle({ planId, ...wish }: CreatePlanVersionRequest, ctx: TenantContext): Promise<PlanMessage> {
    return this.catalog.transaction(ctx, async (tx) => {
      const plan = nextVersion(await findPlan(tx, planId), wish, this.clock.now());
      await insertPlanVersion(tx, plan);
      const { name, version } = plan;
      tx.publish(new PlanVersionCreated({ planId, name, version }), { changes: planChanges(plan) });
      return toMessage(plan);
    });
  }
}
