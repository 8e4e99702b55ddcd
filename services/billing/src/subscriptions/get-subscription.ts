import { Controller } from '@nestjs/common';
import {
  getSubscription,
  getTenantSubscription,
  type GetSubscriptionRequest,
  type GetTenantSubscriptionRequest,
  type Subscription,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import { findSubscription, toMessage } from './subscription.table.js';

/** Gives a tenant's plan: to the tenant through its own door, to staff through the catalog's. */
@Controller()
export class GetSubscription {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {}

  @Handles(getSubscription)
  async handle(_request: GetSubscriptionRequest, ctx: TenantContext): Promise<Subscription> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    return toMessage(await findSubscription(rows, ctx.tenantId), this.clock.now());
  }

  @Handles(getTenantSubscription)
  async handleTenant({ tenantId }: GetTenantSubscriptionRequest): Promise<Subscription> {
    return toMessage(await findSubscription(this.catalog.rows, tenantId), this.clock.now());
  }
}
