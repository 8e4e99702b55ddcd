import { Controller } from '@nestjs/common';
import { CreditNoteIssued, creditInvoice, type CreditInvoiceRequest, type Invoice } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, formatNanos, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { creditable, creditedTax, type CreditNote } from './invoice.js';
import { InvoiceBook } from './invoice-book.js';
import { creditNoteChanges, insertCreditNote, nextCreditNoteNumber } from './invoice.table.js';

/** Takes an amount from an invoice; what the invoice says stays as it is. */
@Controller()
export class CreditInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly clock: Clock,
  ) {}

  @Handles(creditInvoice)
  async handle({ amount, reason, ...name }: CreditInvoiceRequest, ctx: TenantContext): Promise<Invoice> {
    return this.book.change(ctx, name, async (invoice, tx) => {
      const amountNanos = creditable(invoice, amount);
      const wish = { amountNanos, taxNanos: creditedTax(invoice, amountNanos), reason };
      const note = await this.issue(tx, invoice.tenantId, wish);
      await insertCreditNote(tx, invoice, note);
      const { id: invoiceId, currency } = invoice;
      return {
        after: { ...invoice, creditedNanos: invoice.creditedNanos + amountNanos },
        changes: creditNoteChanges(invoice, note),
        event: new CreditNoteIssued({
          invoiceId,
          creditNoteId: note.id,
          amount: formatNanos(amountNanos),
          currency,
        }),
      };
    });
  }

  private async issue(
    tx: Transaction,
    tenantId: string,
    wish: Pick<CreditNote, 'amountNanos' | 'taxNanos' | 'reason'>,
  ): Promise<CreditNote> {
    const now = this.clock.now();
    return { ...wish, id: newId(now), number: await nextCreditNoteNumber(tx, tenantId), createdAt: now };
  }
}
