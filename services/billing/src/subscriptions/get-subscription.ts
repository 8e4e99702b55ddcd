import { Controller } from '@nestjs/common';
import {
  getSubscription,
  getTenantSubscription,
  type GetSubscriptionRequest,
  type GetTenantSubscriptionRequest,
  type Subscription as Message,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import type { Rows } from '../plans/plan.table.js';
import { awaitPlan } from './require-tenant.js';
import type { Subscription } from './subscription.js';
import { findSubscription, toMessage } from './subscription.table.js';

/** Gives a tenant's plan: to the tenant through its own door, to staff through the catalog's. */
@Controller()
export class GetSubscription {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(getSubscription)
  handle(_request: GetSubscriptionRequest, ctx: TenantContext): Promise<Message> {
    return this.read({ query: (statement) => this.tenants.query(ctx, statement) }, ctx.tenantId);
  }

  @Handles(getTenantSubscription)
  handleTenant({ tenantId }: GetTenantSubscriptionRequest): Promise<Message> {
    return this.read(this.catalog.rows, tenantId);
  }

  /** A tenant that is active for a moment only is about to get its first plan: that is waited for. */
  private async read(rows: Rows, tenantId: string): Promise<Message> {
    const find = (): Promise<Subscription | undefined> => findSubscription(rows, tenantId);
    const found = (await find()) ?? ((await awaitPlan(this.directories, tenantId)) ? await find() : undefined);
    if (!found) throw new Fault('not-found');
    return toMessage(found, this.clock.now());
  }
}
