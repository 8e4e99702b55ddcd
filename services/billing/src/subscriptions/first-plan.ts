import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { BillingSettings } from '../config.js';
import { Catalog } from '../plans/catalog.js';
import { findPlanNamed } from '../plans/plan.table.js';
import { announce } from './change-tenant-plan.js';
import { subscribe, type Subscription } from './subscription.js';
import { insertSubscription, lockSubscription } from './subscription.table.js';

/** The plan that a tenant begins with. */
@Injectable()
export class FirstPlan {
  constructor(
    private readonly catalog: Catalog,
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  /** Gives a tenant the default plan; undefined when it has one already. @throws Error when DEFAULT_PLAN names none */
  async give(tx: Transaction, tenantId: string): Promise<Subscription | undefined> {
    const plan = await findPlanNamed(this.catalog.rows, this.settings.DEFAULT_PLAN);
    if (!plan) throw new Error(`DEFAULT_PLAN names no plan: ${this.settings.DEFAULT_PLAN}`);
    const subscription = subscribe(tenantId, plan, this.clock.now());
    if (!(await insertSubscription(tx, subscription))) return undefined;
    announce(tx, null, subscription);
    return subscription;
  }

  /** What the tenant has, locked until the commit. Staff may be faster than the news by which a new tenant gets its plan. */
  async lockOrGive(tx: Transaction, tenantId: string): Promise<Subscription> {
    const held = (): Promise<Subscription | undefined> => lockSubscription(tx, tenantId);
    return (await held()) ?? (await this.give(tx, tenantId)) ?? (await held())!;
  }
}
