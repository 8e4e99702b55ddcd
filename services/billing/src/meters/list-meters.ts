import { Controller } from '@nestjs/common';
import { listMeters, type ListMetersRequest, type ListMetersResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listMeterRows, toMessage } from './meter.table.js';

/** Lists meters, the newest first. */
@Controller()
export class ListMeters {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listMeters)
  async handle(request: ListMetersRequest, ctx: TenantContext): Promise<ListMetersResponse> {
    const limit = request.limit ?? 50;
    const archived = request.archived ?? false;
    const list = `meters ${archived}`;
    const beforeId = request.cursor ? (this.cursors.open(ctx, list, request.cursor) as string) : null;
    const rows = await listMeterRows(
      { query: (statement) => this.tenants.query(ctx, statement) },
      { archived, beforeId },
      limit + 1,
    );
    const data = rows.slice(0, limit).map(toMessage);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
