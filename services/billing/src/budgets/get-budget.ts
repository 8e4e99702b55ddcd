import { Controller } from '@nestjs/common';
import { getBudget, type Budget, type GetBudgetRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findBudget, toMessage } from './budget.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Gives a budget as it is now. */
@Controller()
export class GetBudget {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(getBudget)
  async handle({ budgetId }: GetBudgetRequest, ctx: TenantContext): Promise<Budget> {
    return toMessage(
      await findBudget(
        { query: (statement) => this.tenants.query(ctx, statement) },
        budgetId,
        this.calendar.zoneOf(ctx),
      ),
    );
  }
}
