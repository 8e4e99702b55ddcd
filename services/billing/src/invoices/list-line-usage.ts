import { Controller } from '@nestjs/common';
import { listLineUsage, type ListLineUsageRequest, type ListLineUsageResponse } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import * as usage from './line-usage.table.js';

/** Lists the events that a line of an invoice counted, exactly those: what came later does not change the list. */
@Controller()
export class ListLineUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listLineUsage)
  async handle(request: ListLineUsageRequest, ctx: TenantContext): Promise<ListLineUsageResponse> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const { invoiceId, lineId, cursor, limit: asked } = request;
    const limit = asked ?? 50;
    const list = `line usage ${lineId}`;
    const after = cursor ? (this.cursors.open(ctx, list, cursor) as usage.EventPosition) : null;
    await usage.assertLine(rows, invoiceId, lineId);
    const found = await usage.listLineUsage(rows, { invoiceId, lineId, after }, limit + 1);
    const data = found.slice(0, limit);
    const last = data.at(-1);
    const position = last && { time: last.time.toISOString(), id: last.id };
    return {
      data: data.map(usage.lineUsageMessage),
      nextCursor: found.length > limit ? this.cursors.seal(ctx, list, position) : null,
    };
  }
}
