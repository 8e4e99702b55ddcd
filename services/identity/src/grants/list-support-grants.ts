import { Controller } from '@nestjs/common';
import { listSupportGrants, type ListSupportGrantsRequest, type SupportGrantPage } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { grantMessage } from './support-grant.js';
import { listGrants } from './support-grant.table.js';

const DEFAULT_LIMIT = 50;
const QUERY = 'support-grants';

/** Lists what the tenant gave to the platform's staff, newest first. */
@Controller()
export class ListSupportGrants {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(listSupportGrants)
  async handle(request: ListSupportGrantsRequest, ctx: TenantContext): Promise<SupportGrantPage> {
    const limit = request.limit ?? DEFAULT_LIMIT;
    const before = request.cursor ? (this.cursors.open(ctx, QUERY, request.cursor) as string) : null;
    const rows = await listGrants(this.tenants, ctx, before, limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const now = this.clock.now();
    return {
      data: page.map((grant) => grantMessage(grant, now)),
      nextCursor: last ? this.cursors.seal(ctx, QUERY, last.id) : null,
    };
  }
}
