import { Controller } from '@nestjs/common';
import {
  provisionTenantSchema,
  retryProvisioning,
  type ProvisionTenantSchemaRequest,
  type RetryProvisioningRequest,
  type Tenant,
  type TenantInfo,
} from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { OwnerPreparation, type OwnerWish } from '../registry/owner.js';
import { Registry } from '../registry/registry.js';
import { retryTenant, type Tenant as RegisteredTenant } from '../registry/tenant.js';
import { findTenant, lockTenant, saveStatus, toInfo, toMessage } from '../registry/tenant.table.js';
import { askAgain, beginProvisioning } from './provisioning.js';
import { findProvisioning, saveProvisioning } from './provisioning.table.js';
import { askForPreparation } from './saga.js';

/** Starts a failed provisioning anew, or gives one that is under way a push. */
@Controller()
export class RetryProvisioning {
  constructor(
    private readonly registry: Registry,
    private readonly owners: OwnerPreparation,
    private readonly clock: Clock,
  ) {}

  @Handles(retryProvisioning)
  async handle({ tenantId, ownerEmail, ownerPassword }: RetryProvisioningRequest, ctx: TenantContext): Promise<Tenant> {
    return toMessage(await this.retry(tenantId, { email: ownerEmail ?? null, password: ownerPassword ?? null }, ctx));
  }

  @Handles(provisionTenantSchema)
  async handleFunction({ tenant_id }: ProvisionTenantSchemaRequest, ctx: TenantContext): Promise<TenantInfo> {
    return toInfo(await this.retry(tenant_id, { email: null, password: null }, ctx));
  }

  private async retry(
    tenantId: string,
    owner: { email: string | null; password: string | null },
    ctx: TenantContext,
  ): Promise<RegisteredTenant> {
    const { status } = await findTenant(this.registry.rows, tenantId);
    if (status === 'failed') await this.startAnew(tenantId, owner, ctx);
    else if (status === 'provisioning') await this.push(tenantId, ctx);
    else if (status !== 'active')
      throw new Fault('tenant-state', { detail: `The tenant is ${status}; it was provisioned before` });
    return this.registry.settled(tenantId, ctx);
  }

  /** The last attempt's owner was taken back with it, so another is prepared. */
  private async startAnew(
    tenantId: string,
    owner: { email: string | null; password: string | null },
    ctx: TenantContext,
  ): Promise<void> {
    const failed = await findProvisioning(this.registry.rows, tenantId);
    const email = owner.email ?? failed.ownerEmail;
    if (!email)
      throw new Fault('invalid-input', {
        field: 'ownerEmail',
        detail: 'The e-mail address of the first owner is needed',
      });
    const wish: OwnerWish = { email, password: owner.password };
    const prepared = await this.owners.prepare(tenantId, wish, ctx);
    const now = this.clock.now();
    await this.registry.transaction(async (tx) => {
      const before = await lockTenant(tx, tenantId);
      const tenant = retryTenant(before, now);
      const provisioning = beginProvisioning(tenantId, failed.attempt + 1, prepared, now);
      saveStatus(tx, tenant);
      saveProvisioning(tx, provisioning);
      askForPreparation(tx, tenant, provisioning, before);
    }, ctx);
  }

  private async push(tenantId: string, ctx: TenantContext): Promise<void> {
    await this.registry.transaction(async (tx) => {
      const tenant = await lockTenant(tx, tenantId);
      if (tenant.status !== 'provisioning') return;
      const provisioning = askAgain(await findProvisioning(tx, tenantId), this.clock.now());
      saveProvisioning(tx, provisioning);
      askForPreparation(tx, tenant, provisioning);
    }, ctx);
  }
}
