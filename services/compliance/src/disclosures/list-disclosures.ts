import { Controller } from '@nestjs/common';
import {
  listDisclosures as operation,
  type ListDisclosuresRequest,
  type ListDisclosuresResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listDisclosures, type Position } from './disclosure.table.js';
import { Ledger } from './ledger.js';

/** Lists disclosures with what was disclosed in clear, those that were made last first. */
@Controller()
export class ListDisclosures {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ledger: Ledger,
    private readonly cursors: Cursors,
  ) {}

  @Handles(operation)
  async handle(request: ListDisclosuresRequest, ctx: TenantContext): Promise<ListDisclosuresResponse> {
    const { cursor, table = null } = request;
    const [limit, list] = [request.limit ?? 50, `disclosures ${table}`];
    const before = cursor ? (this.cursors.open(ctx, list, cursor) as Position) : null;
    const found = await listDisclosures({ query: (one) => this.tenants.query(ctx, one) }, table, before, limit + 1);
    const page = found.slice(0, limit);
    const opened = page.map(async (one) => ({
      ...one,
      description: await this.ledger.open(ctx.tenantId, one.id, one.description),
    }));
    const last = found.length > limit ? page.at(-1) : undefined;
    const position = last && { disclosedAt: last.disclosedAt.toISOString(), id: last.id };
    return { data: await Promise.all(opened), nextCursor: position ? this.cursors.seal(ctx, list, position) : null };
  }
}
