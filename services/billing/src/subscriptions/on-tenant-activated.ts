import { Controller } from '@nestjs/common';
import { TenantActivated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { BillingSettings } from '../config.js';
import { Catalog } from '../plans/catalog.js';
import { findPlanNamed } from '../plans/plan.table.js';
import { announce } from './change-tenant-plan.js';
import { subscribe } from './subscription.js';
import { insertSubscription } from './subscription.table.js';

/** Gives a new tenant the default plan, unless staff were faster. */
@Controller()
export class OnTenantActivated {
  constructor(
    private readonly catalog: Catalog,
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  @On(TenantActivated, { consumer: 'billing.subscription' })
  async handle(_event: TenantActivated, tx: Transaction): Promise<void> {
    const plan = await findPlanNamed(this.catalog.rows, this.settings.DEFAULT_PLAN);
    if (!plan) throw new Error(`DEFAULT_PLAN names no plan: ${this.settings.DEFAULT_PLAN}`);
    const subscription = subscribe(tx.tenantId, plan, this.clock.now());
    if (await insertSubscription(tx, subscription)) announce(tx, null, subscription);
  }
}
