import { Controller } from '@nestjs/common';
import { BudgetClosed, closeBudget, type Budget, type CloseBudgetRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { budgetChanges, lockBudget, saveBudget, toMessage } from './budget.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Closes a budget for good. Closing it again changes nothing. */
@Controller()
export class CloseBudget {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(closeBudget)
  async handle({ budgetId }: CloseBudgetRequest, ctx: TenantContext): Promise<Budget> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockBudget(tx, budgetId, this.calendar.zoneOf(ctx));
      if (before.closedAt) return toMessage(before);
      const after = { ...before, closedAt: this.clock.now() };
      await saveBudget(tx, after);
      tx.publish(new BudgetClosed({ budgetId }), { changes: budgetChanges(before, after) });
      return toMessage(after);
    });
  }
}
