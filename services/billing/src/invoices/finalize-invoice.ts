import { Controller } from '@nestjs/common';
import { finalizeInvoice, InvoiceOpened, type FinalizeInvoiceRequest, type Invoice } from '@tenantry/contracts';
import { Clock, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertMayBecome, finalize } from './invoice.js';
import { InvoiceBook } from './invoice-book.js';
import { nextNumber } from './invoice.table.js';

/** Makes a draft final. Its number is taken in the same commit, so none is ever missing. */
@Controller()
export class FinalizeInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly clock: Clock,
  ) {}

  @Handles(finalizeInvoice)
  async handle(request: FinalizeInvoiceRequest, ctx: TenantContext): Promise<Invoice> {
    return this.book.change(ctx, request, async (invoice, tx) => {
      assertMayBecome(invoice, 'open');
      const number = await nextNumber(tx, invoice.tenantId);
      const { id: invoiceId, currency, totalNanos } = invoice;
      const event = new InvoiceOpened({ invoiceId, number, currency, total: formatNanos(totalNanos) });
      return { after: finalize(invoice, number, this.clock.now()), event };
    });
  }
}
