import { Controller } from '@nestjs/common';
import {
  activateTenant,
  activateTenantSchema,
  TenantReactivated,
  type ActivateTenantRequest,
  type ActivateTenantSchemaRequest,
  type Tenant,
  type TenantInfo,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Registry } from './registry.js';
import * as states from './tenant.js';
import { toInfo, toMessage } from './tenant.table.js';

/** Opens a suspended or deactivated tenant. A new one opens by itself when it is provisioned. */
@Controller()
export class ActivateTenant {
  constructor(private readonly registry: Registry) {}

  @Handles(activateTenant)
  async handle({ tenantId }: ActivateTenantRequest, ctx: TenantContext): Promise<Tenant> {
    return toMessage(await this.activate(tenantId, ctx));
  }

  @Handles(activateTenantSchema)
  async handleFunction({ tenant_id }: ActivateTenantSchemaRequest, ctx: TenantContext): Promise<TenantInfo> {
    return toInfo(await this.activate(tenant_id, ctx));
  }

  private activate(tenantId: string, ctx: TenantContext): Promise<states.Tenant> {
    return this.registry.change(
      ctx,
      tenantId,
      states.activateTenant,
      ({ version }) => new TenantReactivated({ tenantId, version }),
    );
  }
}
