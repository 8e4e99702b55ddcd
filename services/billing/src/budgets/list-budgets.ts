import { Controller } from '@nestjs/common';
import { listBudgets, type ListBudgetsRequest, type ListBudgetsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listBudgetRows, toMessage } from './budget.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Lists budgets as they are now, the oldest first. */
@Controller()
export class ListBudgets {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listBudgets)
  async handle({ cursor, ...request }: ListBudgetsRequest, ctx: TenantContext): Promise<ListBudgetsResponse> {
    const limit = request.limit ?? 50;
    const filter = {
      parentId: request.parentId ?? null,
      scopeKind: request.scopeKind ?? null,
      scopeId: request.scopeId ?? null,
    };
    const list = `budgets ${JSON.stringify(filter)}`;
    const afterId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const rows = await listBudgetRows(
      { query: (statement) => this.tenants.query(ctx, statement) },
      { ...filter, afterId },
      this.calendar.zoneOf(ctx),
      limit + 1,
    );
    const data = rows.slice(0, limit).map(toMessage);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
