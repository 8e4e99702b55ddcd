import { Controller } from '@nestjs/common';
import { settleSpendings, type SettledSpendings, type SettleSpendingsRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import type { Settlement } from './reservation.table.js';
import { SpendingSettlement } from './spending-settlement.js';

/** Counts what several calls really cost, however often it is told. */
@Controller()
export class SettleSpendings {
  constructor(private readonly settlement: SpendingSettlement) {}

  @Handles(settleSpendings)
  async handle({ settlements }: SettleSpendingsRequest, ctx: TenantContext): Promise<SettledSpendings> {
    const wanted = new Map<string, Settlement>();
    for (const { holdId: id, actual } of settlements) {
      const actualNanos = parseAmount(actual, 'settlements.actual');
      if (!wanted.has(id)) wanted.set(id, { id, actualNanos });
    }
    const found = await this.settlement.many([...wanted.values()], ctx);
    return { settled: settlements.map(({ holdId }) => found.get(holdId)!) };
  }
}
