import { Controller } from '@nestjs/common';
import { listOverspends, type ListOverspendsRequest, type ListOverspendsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listOverspendRows } from './overspend.table.js';

/** Lists what was spent beyond what was held for it, the newest first. */
@Controller()
export class ListOverspends {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listOverspends)
  async handle({ cursor, ...request }: ListOverspendsRequest, ctx: TenantContext): Promise<ListOverspendsResponse> {
    const limit = request.limit ?? 50;
    const budgetId = request.budgetId ?? null;
    const list = `overspends ${budgetId}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const rows = await listOverspendRows(
      { query: (statement) => this.tenants.query(ctx, statement) },
      { budgetId, beforeId, limit: limit + 1 },
    );
    const data = rows.slice(0, limit);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
