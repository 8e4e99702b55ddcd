import { Controller } from '@nestjs/common';
import {
  draftInvoice,
  InvoiceDrafted,
  type DraftInvoiceRequest,
  type Invoice as InvoiceMessage,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { FirstPlan } from '../subscriptions/first-plan.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { pastTermsSince } from '../subscriptions/subscription.table.js';
import { assertRatable, draftInvoice as drawUp } from './invoice-draft.js';
import { InvoiceBook } from './invoice-book.js';
import { InvoiceTerms } from './invoice-terms.js';
import { assertUnbilled, insertInvoice, invoiceChanges, toMessage } from './invoice.table.js';
import { openPeriod } from './period.js';
import { countedIn } from './metered.js';
import { stretchesOf } from './stretch.js';

/** Draws up the invoice of a period. */
@Controller()
export class DraftInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
    private readonly firstPlan: FirstPlan,
    private readonly terms: InvoiceTerms,
    private readonly clock: Clock,
  ) {}

  @Handles(draftInvoice)
  async handle({ tenantId, from, to }: DraftInvoiceRequest, ctx: TenantContext): Promise<InvoiceMessage> {
    const period = openPeriod(from, to);
    const { timeZone } = await requireTenant(this.directories, tenantId);
    return this.book.transaction(ctx, tenantId, async (tx) => {
      await assertUnbilled(tx, { tenantId, ...period });
      const subscription = await this.firstPlan.lockOrGive(tx, tenantId);
      const past = await pastTermsSince(tx, { tenantId, from, timeZone });
      const stretches = stretchesOf(subscription, past, { period, timeZone });
      const { tax, parties } = await this.terms.of(tx, tenantId);
      const facts = { subscription, stretches, period, timeZone, tax, parties, now: this.clock.now() };
      assertRatable(facts);
      const { invoice, lines } = drawUp(facts, await countedIn(tx, { tenantId, timeZone }, stretches));
      await insertInvoice(tx, invoice, lines);
      tx.publish(new InvoiceDrafted({ invoiceId: invoice.id }), { tenantId, changes: invoiceChanges(null, invoice) });
      return toMessage(invoice, lines);
    });
  }
}
