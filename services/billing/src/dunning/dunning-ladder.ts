import { Injectable } from '@nestjs/common';
import { DunningEased, DunningStepReached, OrganizationDunningChanged } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, formatNanos } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { BillingSettings } from '../config.js';
import { dateIn, daysBetween } from '../invoices/period.js';
import { Organizations } from '../organizations/organizations.js';
import { restrict } from '../subscriptions/subscription.js';
import { lockSubscription, saveSubscription } from '../subscriptions/subscription.table.js';
import { climb, ease, isAboutToBeCollected, isRestricted, stepName, type Dunning, type Overdue } from './dunning.js';
import { dunningChanges, findDunning, oldestOverdue, saveDunning } from './dunning.table.js';

/** Takes and gives back the steps against a tenant that does not pay. Its callers hold the lock of the tenant's invoice book. */
@Injectable()
export class DunningLadder {
  constructor(
    private readonly organizations: Organizations,
    private readonly directories: Directories,
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  /** Gives back what is no longer earned, in the commit in which an invoice was paid, credited or given up. */
  async ease(tx: Transaction, tenantId: string): Promise<void> {
    const before = await findDunning(tx, tenantId);
    if (before.step === 0) return;
    const today = this.today(tenantId);
    const overdue = await oldestOverdue(tx, tenantId, today);
    const after = ease(before, overdue, today, this.settings.DUNNING_DAYS);
    if (after === before) return;
    await this.save(tx, tenantId, after);
    tx.publish(new DunningEased({ step: stepName(after) }), {
      tenantId,
      changes: dunningChanges(tenantId, before, after),
    });
  }

  /** Takes the next step when it is time. */
  async climb(tx: Transaction, tenantId: string): Promise<void> {
    await this.ease(tx, tenantId);
    const before = await findDunning(tx, tenantId);
    const today = this.today(tenantId);
    const overdue = await oldestOverdue(tx, tenantId, today);
    const after = climb(before, overdue, today, this.settings.DUNNING_DAYS);
    if (after === before || overdue === null || isAboutToBeCollected(overdue, this.clock.now())) return;
    await this.save(tx, tenantId, after);
    tx.publish(stepReached(after, overdue, today), { tenantId, changes: dunningChanges(tenantId, before, after) });
  }

  /** Today in the tenant's time zone. */
  private today(tenantId: string): string {
    return dateIn(this.directories.tenants.get(tenantId)?.timeZone ?? 'UTC', this.clock.now());
  }

  private async save(tx: Transaction, tenantId: string, after: Dunning): Promise<void> {
    await saveDunning(tx, tenantId, after, this.clock.now());
    await this.restrict(tx, tenantId);
    const paidBy = await this.organizations.paidBy(tx, tenantId);
    if (!paidBy) return;
    const { organizationId, tenantIds } = paidBy;
    for (const paidFor of tenantIds) {
      await this.restrict(tx, paidFor);
      tx.publish(new OrganizationDunningChanged({ organizationId, step: stepName(after) }), { tenantId: paidFor });
    }
  }

  /**
   * Withholds what a tenant's plan grants while it, or who pays for its organization, is that far up the ladder; else grants it again. Who gathers
   * has the organization to itself and then comes here, so everybody takes the organization first and subscriptions after it.
   */
  private async restrict(tx: Transaction, tenantId: string): Promise<void> {
    await this.organizations.payerOf(tx, tenantId);
    const subscription = await lockSubscription(tx, tenantId);
    if (!subscription) return; // an invoice needs a plan
    const counting = await this.organizations.dunningOf(tx, tenantId);
    const restricted = restrict(subscription, isRestricted(counting), this.clock.now());
    if (restricted !== subscription) await saveSubscription(tx, restricted);
  }
}

function stepReached(after: Dunning, overdue: Overdue, today: string): object {
  const { invoiceId, number, currency, dueOn, dueNanos } = overdue;
  const days = daysBetween(dueOn, today);
  const invoice = { invoiceId, number, currency, dueOn, due: formatNanos(dueNanos), daysPastDue: days };
  return new DunningStepReached({ step: stepName(after), ...invoice });
}
