import { Controller } from '@nestjs/common';
import { getProvisioning, type GetProvisioningRequest, type Provisioning } from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { Registry } from '../registry/registry.js';
import { findTenant } from '../registry/tenant.table.js';
import { findProvisioning, toMessage } from './provisioning.table.js';

/** Shows how far the provisioning of a tenant is. */
@Controller()
export class GetProvisioning {
  constructor(private readonly registry: Registry) {}

  @Handles(getProvisioning)
  async handle({ tenantId }: GetProvisioningRequest): Promise<Provisioning> {
    const { status } = await findTenant(this.registry.rows, tenantId);
    return toMessage(await findProvisioning(this.registry.rows, tenantId), status);
  }
}
