import { Controller } from '@nestjs/common';
import { settleSpending, type SettledSpending, type SettleSpendingRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import { SpendingSettlement } from './spending-settlement.js';

/** Counts what a call really cost, however often it is told. */
@Controller()
export class SettleSpending {
  constructor(private readonly settlement: SpendingSettlement) {}

  @Handles(settleSpending)
  handle({ holdId: id, actual }: SettleSpendingRequest, ctx: TenantContext): Promise<SettledSpending> {
    return this.settlement.one({ id, actualNanos: parseAmount(actual, 'actual') }, ctx);
  }
}
