import { Controller } from '@nestjs/common';
import { listShadowDenials, type ListShadowDenialsRequest, type ListShadowDenialsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listShadowDenialRows } from './overspend.table.js';

/** Lists what budgets in shadow mode would have refused, the newest first. */
@Controller()
export class ListShadowDenials {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listShadowDenials)
  async handle(
    { cursor, ...request }: ListShadowDenialsRequest,
    ctx: TenantContext,
  ): Promise<ListShadowDenialsResponse> {
    const limit = request.limit ?? 50;
    const budgetId = request.budgetId ?? null;
    const list = `shadow denials ${budgetId}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const rows = await listShadowDenialRows(
      { query: (statement) => this.tenants.query(ctx, statement) },
      { budgetId, beforeId, limit: limit + 1 },
    );
    const data = rows.slice(0, limit);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
