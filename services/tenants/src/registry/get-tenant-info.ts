import { Controller } from '@nestjs/common';
import {
  checkTenantStatus,
  getTenantInfo,
  setTenantContext,
  type CheckTenantStatusRequest,
  type GetTenantInfoRequest,
  type SetTenantContextRequest,
  type TenantInfo,
  type TenantStatus,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, permits, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Registry } from './registry.js';
import type { Tenant } from './tenant.js';
import { findTenant, toInfo } from './tenant.table.js';

/**
 * Describes a tenant to its own members and keys, and to platform staff who may read tenants. For everybody else there
 * is no such tenant, whether it exists or not.
 */
@Controller()
export class GetTenantInfo {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly registry: Registry,
  ) {}

  @Handles(getTenantInfo)
  async handle({ tenant_id }: GetTenantInfoRequest, ctx: TenantContext): Promise<TenantInfo> {
    return toInfo(await this.visibleTenant(tenant_id, ctx));
  }

  @Handles(checkTenantStatus)
  async handleStatus({ tenant_id }: CheckTenantStatusRequest, ctx: TenantContext): Promise<TenantStatus> {
    const { status, suspensionReason: reason } = await this.visibleTenant(tenant_id, ctx);
    return { tenant_id, status, reason };
  }

  /** Confirms the credential's tenant and nothing else: also platform staff can't choose one by naming it here. */
  @Handles(setTenantContext)
  async handleContext({ tenant_id }: SetTenantContextRequest, ctx: TenantContext): Promise<TenantStatus> {
    if (tenant_id !== ctx.tenantId) throw new Fault('not-found');
    return this.handleStatus({ tenant_id }, ctx);
  }

  /** Its own tenant is read through the tenant's door; only staff get past it. */
  private async visibleTenant(tenantId: string, ctx: TenantContext): Promise<Tenant> {
    const isStaff = ctx.tenantId === PLATFORM_TENANT_ID && permits(ctx.permissions, 'tenants.read');
    return findTenant(
      isStaff ? this.registry.rows : { query: (statement) => this.tenants.query(ctx, statement) },
      tenantId,
    );
  }
}
