import { Controller } from '@nestjs/common';
import { BudgetUpdated, updateBudget, type Budget, type UpdateBudgetRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { announceReached } from './alerts.js';
import { changeBudget } from './budget.js';
import { budgetChanges, lockBudget, saveBudget, toMessage } from './budget.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Changes a budget from now on. A lowered limit can reach an alert by itself. */
@Controller()
export class UpdateBudget {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(updateBudget)
  async handle(request: UpdateBudgetRequest, ctx: TenantContext): Promise<Budget> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockBudget(tx, request.budgetId, this.calendar.zoneOf(ctx));
      const after = changeBudget(before, request);
      await saveBudget(tx, after);
      tx.publish(new BudgetUpdated({ budgetId: after.id }), { changes: budgetChanges(before, after) });
      const limitNanos = after.limitNanos + after.carriedNanos;
      await announceReached(tx, [{ ...after, budgetId: after.id, limitNanos }]);
      return toMessage(after);
    });
  }
}
