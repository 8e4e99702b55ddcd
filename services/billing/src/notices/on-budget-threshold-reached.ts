import { Controller } from '@nestjs/common';
import { BudgetThresholdReached } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { budgetNotice } from './notice.js';
import { Notices } from './notices.js';

/** Tells that a budget has reached one of its alerts. */
@Controller()
export class OnBudgetThresholdReached {
  constructor(private readonly notices: Notices) {}

  @On(BudgetThresholdReached, { consumer: 'billing.budget-notice' })
  async handle(reached: BudgetThresholdReached, tx: Transaction): Promise<void> {
    await this.notices.send(tx, (tenant) => budgetNotice(tenant, reached));
  }
}
