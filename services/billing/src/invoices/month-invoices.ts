import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { BillingSettings } from '../config.js';
import { findSubscription } from '../subscriptions/subscription.table.js';
import { InvoiceBook } from './invoice-book.js';
import { InvoiceDrafts, type TenantPeriod } from './invoice-drafts.js';
import { InvoiceOpening } from './invoice-opening.js';
import { billedWithin, findInvoicedUntil, saveInvoicedUntil } from './invoice-month.table.js';
import { dateIn, daysAfter, firstOfMonth, monthAfter, unbilledPart, type Period } from './period.js';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/** Which tenant, and by which midnight its days begin. */
export type Tenant = Omit<TenantPeriod, 'period'>;

/**
 * Bills a tenant for the calendar months that are over, each day once: days that are on an invoice already are left out. How far it got is
 * kept in the commit that opens the invoice, so a month is never billed twice and an invoice that staff take back does not come again.
 */
@Injectable()
export class MonthInvoices {
  constructor(
    private readonly book: InvoiceBook,
    private readonly drafts: InvoiceDrafts,
    private readonly opening: InvoiceOpening,
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  /** Whether the operator wants it. */
  get isOn(): boolean {
    return this.settings.INVOICE_MONTHS;
  }

  /** The day on which a month is billed; null when it is not by itself. */
  billedOn({ to }: Period): string | null {
    return this.isOn ? daysAfter(to, Math.floor(this.settings.INVOICE_AFTER_HOURS / DAY_HOURS)) : null;
  }

  /** Takes the next step, in one commit; false when there is none. @throws Fault `conflict` when a month can't be one invoice */
  async next(tenant: Tenant): Promise<boolean> {
    return this.book.transaction(undefined, tenant.tenantId, async (tx) => {
      const from = await this.begin(tx, tenant);
      if (from === null) return false;
      const month = { from, to: monthAfter(from) };
      const part = unbilledPart(month, await billedWithin(tx, tenant.tenantId, month));
      const to = part.isBilled ? part.to : await this.bill(tx, { ...tenant, period: part });
      await saveInvoicedUntil(tx, tenant.tenantId, to);
      return true;
    });
  }

  /** The first day that is to be billed; null when its month is not over yet, or the tenant has no plan. */
  private async begin(tx: Transaction, { tenantId, timeZone }: Tenant): Promise<string | null> {
    const subscription = await findSubscription(tx, tenantId);
    if (!subscription) return null;
    const from = (await findInvoicedUntil(tx, tenantId)) ?? firstOfMonth(dateIn(timeZone, subscription.startedAt));
    const latest = new Date(this.clock.now().getTime() - this.settings.INVOICE_AFTER_HOURS * HOUR_MS);
    return monthAfter(from) <= dateIn(timeZone, latest) ? from : null;
  }

  /** Opens the invoice of a period, as far as it is in one currency; answers how far that is. One over nothing is none. */
  private async bill(tx: Transaction, which: TenantPeriod): Promise<string> {
    const stretches = await this.drafts.stretchesOf(tx, which);
    const other = stretches.find(({ plan }) => plan.currency !== stretches[0]!.plan.currency);
    const period = { from: which.period.from, to: other?.from ?? which.period.to };
    const drafted = await this.drafts.draw(tx, { ...which, period });
    if (drafted.invoice.totalNanos === 0n) return period.to;
    await this.drafts.keep(tx, drafted);
    await this.book.apply(tx, drafted.invoice, await this.opening.open(tx, drafted.invoice));
    return period.to;
  }
}
