import { Controller } from '@nestjs/common';
import { listOrganizations, type ListOrganizationsRequest, type ListOrganizationsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listOrganizationRows } from './organization.table.js';

const LIST = 'organizations';

/** Lists organizations, the newest first. */
@Controller()
export class ListOrganizations {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listOrganizations)
  async handle(request: ListOrganizationsRequest, ctx: TenantContext): Promise<ListOrganizationsResponse> {
    const limit = request.limit ?? 50;
    const before = request.cursor ? (this.cursors.open(ctx, LIST, request.cursor) as string) : null;
    const rows = await listOrganizationRows(
      { query: (statement) => this.tenants.query(ctx, statement) },
      before,
      limit + 1,
    );
    const data = rows.slice(0, limit);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }
}
