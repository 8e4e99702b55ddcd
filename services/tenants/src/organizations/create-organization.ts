import { Controller } from '@nestjs/common';
import {
  createOrganization,
  OrganizationCreated,
  type CreateOrganizationRequest,
  type Organization,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { foundOrganization } from './organization.js';
import { insertOrganization } from './organization.table.js';

/** Creates an organization among the platform's own rows. */
@Controller()
export class CreateOrganization {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(createOrganization)
  async handle(request: CreateOrganizationRequest, ctx: TenantContext): Promise<Organization> {
    const organization = foundOrganization(request, this.clock.now());
    const { id, name } = organization;
    return this.tenants.transaction(ctx, async (tx) => {
      await insertOrganization(tx, organization);
      tx.publish(new OrganizationCreated({ organizationId: id, name }), {
        changes: [{ resource: 'organization', id, action: 'insert', new: { name } }],
      });
      return organization;
    });
  }
}
