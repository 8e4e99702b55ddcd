import { Controller } from '@nestjs/common';
import {
  listEntitlementOverrides,
  type ListEntitlementOverridesRequest,
  type ListEntitlementOverridesResponse,
} from '@tenantry/contracts';
import { Directories, Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { findOverrides, toMessage } from './entitlement-override.table.js';

/** Lists the overrides of a tenant, also those that have expired. */
@Controller()
export class ListEntitlementOverrides {
  constructor(
    private readonly catalog: Catalog,
    private readonly directories: Directories,
  ) {}

  @Handles(listEntitlementOverrides)
  async handle({ tenantId }: ListEntitlementOverridesRequest): Promise<ListEntitlementOverridesResponse> {
    await requireTenant(this.directories, tenantId);
    return { data: (await findOverrides(this.catalog.rows, [tenantId])).map(toMessage), nextCursor: null };
  }
}
