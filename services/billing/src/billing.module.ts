import { Module } from '@nestjs/common';
import { defineService } from '@tenantry/service';
import { Catalog } from './plans/catalog.js';
import { CreatePlan } from './plans/create-plan.js';
import { CreatePlanVersion } from './plans/create-plan-version.js';
import { GetPlan } from './plans/get-plan.js';
import { ListPlans } from './plans/list-plans.js';

const plans = [CreatePlan, CreatePlanVersion, GetPlan, ListPlans];

/** Plans, usage and money: a table of contents. */
@Module({ controllers: [...plans], providers: [Catalog] })
export class BillingModule {}

export const billingService = defineService({
  name: 'billing',
  module: BillingModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['catalog'],
  watches: ['tenants', 'revocations'],
});
