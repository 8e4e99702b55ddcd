import { Controller } from '@nestjs/common';
import { listLegalHolds, type ListLegalHoldsRequest, type ListLegalHoldsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { Holds } from './holds.js';
import { listHolds } from './legal-hold.table.js';

/** Lists holds, the newest first. */
@Controller()
export class ListLegalHolds {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly holds: Holds,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listLegalHolds)
  async handle(request: ListLegalHoldsRequest, ctx: TenantContext): Promise<ListLegalHoldsResponse> {
    const { cursor, active = null } = request;
    const [limit, list] = [request.limit ?? 50, `legal-holds ${active}`];
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const found = await listHolds({ query: (one) => this.tenants.query(ctx, one) }, active, beforeId, limit + 1);
    const data = await Promise.all(found.slice(0, limit).map((hold) => this.holds.print(ctx.tenantId, hold)));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
