import { Controller } from '@nestjs/common';
import {
  cancelSubscription,
  cancelTenantSubscription,
  resumeSubscription,
  resumeTenantSubscription,
  SubscriptionCancelled,
  SubscriptionResumed,
  type CancelSubscriptionRequest,
  type CancelTenantSubscriptionRequest,
  type ResumeSubscriptionRequest,
  type ResumeTenantSubscriptionRequest,
  type Subscription as Message,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import { UsageLedger } from '../usage/usage-ledger.js';
import { awaitPlan, requireTenant } from './require-tenant.js';
import * as states from './subscription.js';
import { lockSubscription, monthEnd, saveSubscription, subscriptionChanges, toMessage } from './subscription.table.js';

type Decision = (before: states.Subscription, tx: Transaction) => Promise<states.Subscription>;

/** Lets a plan end with its month or trial, or go on after all: for the tenant through its own door, for staff through the catalog's. */
@Controller()
export class CancelSubscription {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly directories: Directories,
    private readonly ledger: UsageLedger,
    private readonly clock: Clock,
  ) {}

  @Handles(cancelSubscription)
  async handle(_request: CancelSubscriptionRequest, ctx: TenantContext): Promise<Message> {
    const { tenantId } = ctx;
    await awaitPlan(this.directories, tenantId);
    return this.tenants.transaction(ctx, (tx) => this.change(tx, tenantId, this.cancelling(tenantId)));
  }

  @Handles(resumeSubscription)
  async handleResume(_request: ResumeSubscriptionRequest, ctx: TenantContext): Promise<Message> {
    await awaitPlan(this.directories, ctx.tenantId);
    return this.tenants.transaction(ctx, (tx) => this.change(tx, ctx.tenantId, this.resuming));
  }

  @Handles(cancelTenantSubscription)
  async handleTenant({ tenantId }: CancelTenantSubscriptionRequest, ctx: TenantContext): Promise<Message> {
    await requireTenant(this.directories, tenantId);
    await awaitPlan(this.directories, tenantId);
    return this.catalog.transaction(ctx, (tx) => this.change(tx, tenantId, this.cancelling(tenantId)));
  }

  @Handles(resumeTenantSubscription)
  async handleTenantResume({ tenantId }: ResumeTenantSubscriptionRequest, ctx: TenantContext): Promise<Message> {
    await requireTenant(this.directories, tenantId);
    await awaitPlan(this.directories, tenantId);
    return this.catalog.transaction(ctx, (tx) => this.change(tx, tenantId, this.resuming));
  }

  private cancelling(tenantId: string): Decision {
    const [now, timeZone] = [this.clock.now(), this.ledger.timeZoneOf(tenantId)];
    return async (before, tx) => states.cancel(before, await monthEnd(tx, now, timeZone), now);
  }

  private readonly resuming: Decision = (before) => Promise.resolve(states.resume(before, this.clock.now()));

  private async change(tx: Transaction, tenantId: string, decide: Decision): Promise<Message> {
    const before = await lockSubscription(tx, tenantId);
    if (!before) throw new Fault('not-found');
    const after = await decide(before, tx);
    if (after !== before) {
      await saveSubscription(tx, after);
      tx.publish(eventOf(after), { tenantId, changes: subscriptionChanges(before, after) });
    }
    return toMessage(after, this.clock.now());
  }
}

function eventOf({ endsAt, version }: states.Subscription): object {
  return endsAt === null
    ? new SubscriptionResumed({ version })
    : new SubscriptionCancelled({ endsAt: endsAt.toISOString(), version });
}
