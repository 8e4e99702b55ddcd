import { Controller } from '@nestjs/common';
import { TenantActivated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { FirstPlan } from './first-plan.js';

/** Gives a new tenant the default plan, unless staff were faster. */
@Controller()
export class OnTenantActivated {
  constructor(private readonly firstPlan: FirstPlan) {}

  @On(TenantActivated, { consumer: 'billing.subscription' })
  async handle(_event: TenantActivated, tx: Transaction): Promise<void> {
    await this.firstPlan.give(tx, tx.tenantId);
  }
}
