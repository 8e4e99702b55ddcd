import { Controller } from '@nestjs/common';
import { getPlan, type GetPlanRequest, type Plan as PlanMessage } from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { Catalog } from './catalog.js';
import { findPlan, toMessage } from './plan.table.js';

/** Gives a plan in its newest version, or in another. */
@Controller()
export class GetPlan {
  constructor(private readonly catalog: Catalog) {}

  @Handles(getPlan)
  async handle({ planId, version }: GetPlanRequest): Promise<PlanMessage> {
    return toMessage(await findPlan(this.catalog.rows, planId, version ?? null));
  }
}
