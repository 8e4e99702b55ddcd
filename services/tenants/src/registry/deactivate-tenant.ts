import { Controller } from '@nestjs/common';
import {
  deactivateTenant,
  deleteTenantSchema,
  TenantDeactivated,
  type DeactivateTenantRequest,
  type DeleteTenantSchemaRequest,
  type Tenant,
  type TenantInfo,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Registry } from './registry.js';
import * as states from './tenant.js';
import { toInfo, toMessage } from './tenant.table.js';

/** Closes a tenant; its data stays until the data space is deleted, which is the same with no way back. */
@Controller()
export class DeactivateTenant {
  constructor(private readonly registry: Registry) {}

  @Handles(deactivateTenant)
  async handle({ tenantId }: DeactivateTenantRequest, ctx: TenantContext): Promise<Tenant> {
    return toMessage(await this.deactivate(tenantId, false, ctx));
  }

  @Handles(deleteTenantSchema)
  async handleFunction({ tenant_id }: DeleteTenantSchemaRequest, ctx: TenantContext): Promise<TenantInfo> {
    return toInfo(await this.deactivate(tenant_id, true, ctx));
  }

  private deactivate(tenantId: string, deleteSpace: boolean, ctx: TenantContext): Promise<states.Tenant> {
    return this.registry.change(
      ctx,
      tenantId,
      (tenant, now) => states.deactivateTenant(tenant, deleteSpace, now),
      ({ version }) => new TenantDeactivated({ tenantId, deleteSpace, version }),
    );
  }
}
