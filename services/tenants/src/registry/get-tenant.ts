import { Controller } from '@nestjs/common';
import { getTenant, type GetTenantRequest, type Tenant } from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { Registry } from './registry.js';
import { findTenant, toMessage } from './tenant.table.js';

/** Gives any tenant to platform staff. */
@Controller()
export class GetTenant {
  constructor(private readonly registry: Registry) {}

  @Handles(getTenant)
  async handle({ tenantId }: GetTenantRequest): Promise<Tenant> {
    return toMessage(await findTenant(this.registry.rows, tenantId));
  }
}
