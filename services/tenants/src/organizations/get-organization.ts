import { Controller } from '@nestjs/common';
import { getOrganization, type GetOrganizationRequest, type Organization } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findOrganization } from './organization.table.js';

/** Gives one organization. */
@Controller()
export class GetOrganization {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getOrganization)
  async handle({ organizationId }: GetOrganizationRequest, ctx: TenantContext): Promise<Organization> {
    return findOrganization({ query: (statement) => this.tenants.query(ctx, statement) }, organizationId);
  }
}
