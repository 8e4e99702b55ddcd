import { Controller } from '@nestjs/common';
import {
  createTenant,
  createTenantSchema,
  Reply,
  type CreateTenantRequest,
  type CreateTenantSchemaRequest,
  type Tenant,
  type TenantInfo,
} from '@tenantry/contracts';
import { HOME_CELL, IdempotentReplay, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TenantsSettings } from '../config.js';
import { findOrganization } from '../organizations/organization.table.js';
import { beginProvisioning } from '../provisioning/provisioning.js';
import { saveProvisioning } from '../provisioning/provisioning.table.js';
import { askForPreparation } from '../provisioning/saga.js';
import { OwnerPreparation, type OwnerWish } from './owner.js';
import { Registry } from './registry.js';
import * as states from './tenant.js';
import { findTenant, insertTenant, toInfo, toMessage } from './tenant.table.js';

/** Creates a tenant, starts its provisioning, and waits a while for it to open. */
@Controller()
export class CreateTenant {
  constructor(
    private readonly registry: Registry,
    private readonly owners: OwnerPreparation,
    private readonly settings: TenantsSettings,
    private readonly clock: Clock,
  ) {}

  @Handles(createTenant)
  async handle(request: CreateTenantRequest, ctx: TenantContext): Promise<Reply<Tenant>> {
    const owner = { email: request.ownerEmail, password: request.ownerPassword ?? null };
    const { id } = await this.create(request, owner, ctx, toMessage);
    const tenant = await this.registry.settled(id, ctx);
    return new Reply(toMessage(tenant), { status: tenant.status === 'active' ? 201 : 202 });
  }

  @Handles(createTenantSchema)
  async handleFunction(request: CreateTenantSchemaRequest, ctx: TenantContext): Promise<TenantInfo> {
    const owner = {
      email: request.owner_email,
      password: request.owner_password ?? null,
      fields: { email: 'owner_email', password: 'owner_password' },
    };
    const { tenant_id } = await this.create({ ...request, isolation: 'schema' }, owner, ctx, toInfo);
    return toInfo(await this.registry.settled(tenant_id, ctx));
  }

  /** Answers the tenant as it is at first; a request that comes again gets the tenant that it made the first time. */
  private async create<T>(
    wish: states.TenantWish,
    owner: OwnerWish,
    ctx: TenantContext,
    print: (tenant: states.Tenant) => T,
  ): Promise<T> {
    const now = this.clock.now();
    const tenant = states.registerTenant(wish, { region: this.settings.REGION, cell: HOME_CELL }, now);
    const prepared = await this.owners.prepare(tenant.tenantId, owner, ctx);
    const provisioning = beginProvisioning(tenant.tenantId, 1, prepared, now);
    const register = async (tx: Transaction): Promise<T> => {
      await checkRelations(tx, tenant);
      await insertTenant(tx, tenant);
      saveProvisioning(tx, provisioning);
      askForPreparation(tx, tenant, provisioning, null);
      return print(tenant);
    };
    return this.registry.transaction(register, ctx).catch((error: unknown) => {
      if (error instanceof IdempotentReplay) return JSON.parse(error.answerText) as T;
      throw error;
    });
  }
}

/** @throws Fault `invalid-input` when the organization does not exist, or the tenant can't have a sandbox */
async function checkRelations(tx: Transaction, { organizationId, sandboxOf }: states.Tenant): Promise<void> {
  const missing =
    (field: string, detail: string): (() => never) =>
    () => {
      throw new Fault('invalid-input', { field, detail });
    };
  if (organizationId)
    await findOrganization(tx, organizationId).catch(missing('organizationId', 'There is no such organization'));
  if (!sandboxOf) return;
  const parent = await findTenant(tx, sandboxOf).catch(missing('sandboxOf', 'There is no such tenant'));
  if (parent.sandboxOf) missing('sandboxOf', 'A sandbox has no sandbox of its own')();
}
