import { Controller } from '@nestjs/common';
import { listTenants, type ListTenantsRequest, type ListTenantsResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { Registry } from './registry.js';
import type { TenantStatus } from './tenant.js';
import { listTenantRows, toMessage } from './tenant.table.js';

/** Lists tenants, the newest first. */
@Controller()
export class ListTenants {
  constructor(
    private readonly registry: Registry,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listTenants)
  async handle(request: ListTenantsRequest, ctx: TenantContext): Promise<ListTenantsResponse> {
    const { limit: asked, cursor } = request;
    const limit = asked ?? 50;
    const filter = {
      status: (request.status ?? null) as TenantStatus | null,
      organizationId: request.organizationId ?? null,
      slug: request.slug ?? null,
    };
    const list = `tenants ${JSON.stringify(filter)}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const rows = await listTenantRows(this.registry.rows, { ...filter, beforeId }, limit + 1);
    const data = rows.slice(0, limit).map(toMessage);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
