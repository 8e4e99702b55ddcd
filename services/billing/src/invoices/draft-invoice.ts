import { Controller } from '@nestjs/common';
import {
  draftInvoice,
  InvoiceDrafted,
  type DraftInvoiceRequest,
  type Invoice as InvoiceMessage,
} from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { FirstPlan } from '../subscriptions/first-plan.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { quantitiesBetween, type MeterQuantity } from '../usage/usage-hour.table.js';
import { UsageLedger } from '../usage/usage-ledger.js';
import * as invoices from './invoice.js';
import { InvoiceBook } from './invoice-book.js';
import { assertUnbilled, insertInvoice, invoiceChanges, toMessage } from './invoice.table.js';
import { openPeriod } from './period.js';

/** Draws up the invoice of a period. */
@Controller()
export class DraftInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
    private readonly firstPlan: FirstPlan,
    private readonly ledger: UsageLedger,
    private readonly clock: Clock,
  ) {}

  @Handles(draftInvoice)
  async handle({ tenantId, from, to }: DraftInvoiceRequest, ctx: TenantContext): Promise<InvoiceMessage> {
    const period = openPeriod(from, to);
    await requireTenant(this.directories, tenantId);
    const timeZone = this.ledger.timeZoneOf(tenantId);
    return this.book.transaction(ctx, tenantId, async (tx) => {
      await assertUnbilled(tx, { tenantId, ...period });
      const subscription = await this.firstPlan.lockOrGive(tx, tenantId);
      const facts = { subscription, period, timeZone, now: this.clock.now() };
      invoices.assertCounted(facts);
      const billed = invoices.billedPeriod(facts);
      const { invoice, lines } = invoices.draftInvoice(facts, billed, await metered(tx, facts, billed));
      await insertInvoice(tx, invoice, lines);
      tx.publish(new InvoiceDrafted({ invoiceId: invoice.id }), { tenantId, changes: invoiceChanges(null, invoice) });
      return toMessage(invoice, lines);
    });
  }
}

/** What the plan's priced meters counted on the days that are charged. */
async function metered(
  tx: Transaction,
  { subscription, timeZone }: invoices.DraftFacts,
  billed: { readonly from: string; readonly to: string },
): Promise<MeterQuantity[]> {
  const keys = Object.keys(subscription.plan.unitPrices);
  return keys.length === 0 ? [] : quantitiesBetween(tx, subscription.tenantId, keys, { ...billed, timeZone });
}
