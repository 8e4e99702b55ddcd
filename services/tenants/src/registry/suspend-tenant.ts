import { Controller } from '@nestjs/common';
import {
  suspendTenant,
  suspendTenantSchema,
  TenantSuspended,
  type SuspendTenantRequest,
  type SuspendTenantSchemaRequest,
  type Tenant,
  type TenantInfo,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Registry } from './registry.js';
import * as states from './tenant.js';
import { toInfo, toMessage } from './tenant.table.js';

/** Suspends a tenant. From the commit on no write of the tenant commits; within a second everything else is refused. */
@Controller()
export class SuspendTenant {
  constructor(private readonly registry: Registry) {}

  @Handles(suspendTenant)
  async handle({ tenantId, reason }: SuspendTenantRequest, ctx: TenantContext): Promise<Tenant> {
    return toMessage(await this.suspend(tenantId, reason, ctx));
  }

  @Handles(suspendTenantSchema)
  async handleFunction({ tenant_id, reason }: SuspendTenantSchemaRequest, ctx: TenantContext): Promise<TenantInfo> {
    return toInfo(await this.suspend(tenant_id, reason, ctx));
  }

  private suspend(tenantId: string, reason: string | null | undefined, ctx: TenantContext): Promise<states.Tenant> {
    const why = (reason ?? 'security') as states.SuspensionReason;
    return this.registry.change(
      ctx,
      tenantId,
      (tenant, now) => states.suspendTenant(tenant, why, now),
      ({ version }) => new TenantSuspended({ tenantId, reason: why, version }),
    );
  }
}
