import { Controller } from '@nestjs/common';
import {
  EntitlementOverrideChanged,
  overrideEntitlement,
  removeEntitlementOverride,
  type EntitlementOverride as OverrideMessage,
  type OverrideEntitlementRequest,
  type RemoveEntitlementOverrideRequest,
} from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import { FirstPlan } from '../subscriptions/first-plan.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { touch } from '../subscriptions/subscription.js';
import { saveSubscription } from '../subscriptions/subscription.table.js';
import * as overrides from './entitlement-override.js';
import {
  deleteOverride,
  findOverrides,
  overrideChanges,
  saveOverride,
  toMessage,
} from './entitlement-override.table.js';

/** Gives a tenant something besides its plan, takes something away, or lets the plan count again. */
@Controller()
export class OverrideEntitlement {
  constructor(
    private readonly catalog: Catalog,
    private readonly directories: Directories,
    private readonly firstPlan: FirstPlan,
    private readonly clock: Clock,
  ) {}

  @Handles(overrideEntitlement)
  async handle(request: OverrideEntitlementRequest, ctx: TenantContext): Promise<OverrideMessage> {
    const after = overrides.overrideEntitlement(request, this.clock.now());
    const { tenantId, feature } = after;
    await this.change(ctx, tenantId, feature, async (tx) => {
      const before = (await findOverrides(tx, [tenantId])).find((one) => one.feature === feature) ?? null;
      await saveOverride(tx, after);
      return { before, after };
    });
    return toMessage(after);
  }

  @Handles(removeEntitlementOverride)
  async handleRemoval(request: RemoveEntitlementOverrideRequest, ctx: TenantContext): Promise<OverrideMessage> {
    const { tenantId, feature } = request;
    const { before } = await this.change(ctx, tenantId, feature, async (tx) => ({
      before: await deleteOverride(tx, tenantId, feature),
      after: null,
    }));
    return toMessage(before);
  }

  /** One commit of the override, the tenant's version, its entry in the directory and the event. */
  private async change<B extends overrides.EntitlementOverride | null>(
    ctx: TenantContext,
    tenantId: string,
    feature: string,
    save: (tx: Transaction) => Promise<{ before: B; after: overrides.EntitlementOverride | null }>,
  ): Promise<{ before: B }> {
    await requireTenant(this.directories, tenantId);
    return this.catalog.transaction(ctx, async (tx) => {
      const subscription = await this.firstPlan.lockOrGive(tx, tenantId);
      const changed = await save(tx);
      const touched = touch(subscription, this.clock.now());
      await saveSubscription(tx, touched);
      tx.publish(new EntitlementOverrideChanged({ feature, version: touched.version }), {
        tenantId,
        changes: overrideChanges(changed.before, changed.after),
      });
      return changed;
    });
  }
}
