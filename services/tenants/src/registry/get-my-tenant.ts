import { Controller } from '@nestjs/common';
import { getMyTenant, type GetMyTenantRequest, type Tenant } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findTenant, toMessage } from './tenant.table.js';

/** Gives the caller's own tenant, through the tenant's door: Postgres shows no other. */
@Controller()
export class GetMyTenant {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getMyTenant)
  async handle(_request: GetMyTenantRequest, ctx: TenantContext): Promise<Tenant> {
    return toMessage(await findTenant({ query: (statement) => this.tenants.query(ctx, statement) }, ctx.tenantId));
  }
}
