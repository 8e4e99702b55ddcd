import { Controller } from '@nestjs/common';
import { BudgetCreated, createBudget, type Budget, type CreateBudgetRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { openBudget } from './budget.js';
import { budgetChanges, findBudget, insertBudget, lockBudget, toMessage } from './budget.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Creates a budget, below another or at the root of a tree of its own. */
@Controller()
export class CreateBudget {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(createBudget)
  async handle(request: CreateBudgetRequest, ctx: TenantContext): Promise<Budget> {
    const zone = this.calendar.zoneOf(ctx);
    return this.tenants.transaction(ctx, async (tx) => {
      const parent = request.parentId ? await lockBudget(tx, request.parentId, zone) : null;
      const budget = openBudget(request, parent, this.clock.now());
      await insertBudget(tx, budget, zone);
      tx.publish(new BudgetCreated({ budgetId: budget.id }), { changes: budgetChanges(null, budget) });
      return toMessage(await findBudget(tx, budget.id, zone));
    });
  }
}
