import { Controller } from '@nestjs/common';
import { draftInvoice, type DraftInvoiceRequest, type Invoice as InvoiceMessage } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { InvoiceBook } from './invoice-book.js';
import { InvoiceDrafts } from './invoice-drafts.js';
import { assertUnbilled, toMessage } from './invoice.table.js';
import { openPeriod } from './period.js';

/** Draws up the invoice of a period. */
@Controller()
export class DraftInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
    private readonly drafts: InvoiceDrafts,
  ) {}

  @Handles(draftInvoice)
  async handle({ tenantId, from, to }: DraftInvoiceRequest, ctx: TenantContext): Promise<InvoiceMessage> {
    const period = openPeriod(from, to);
    const { timeZone } = await requireTenant(this.directories, tenantId);
    return this.book.transaction(ctx, tenantId, async (tx) => {
      await assertUnbilled(tx, { tenantId, ...period });
      const drafted = await this.drafts.draw(tx, { tenantId, timeZone, period });
      await this.drafts.keep(tx, drafted);
      return toMessage(drafted.invoice, drafted.lines);
    });
  }
}
