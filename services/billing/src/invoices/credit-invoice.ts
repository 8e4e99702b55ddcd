import { Controller } from '@nestjs/common';
import { creditInvoice, type CreditInvoiceRequest, type Invoice } from '@tenantry/contracts';
import { parseNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { CreditNotes } from './credit-notes.js';
import { InvoiceBook } from './invoice-book.js';

/** Takes an amount from an invoice; what the invoice says stays as it is. */
@Controller()
export class CreditInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly notes: CreditNotes,
  ) {}

  @Handles(creditInvoice)
  async handle({ amount, reason, ...name }: CreditInvoiceRequest, ctx: TenantContext): Promise<Invoice> {
    const wish = { amountNanos: parseNanos(amount, 'amount'), reason, reratedTo: null };
    return this.book.change(ctx, name, (invoice, tx) => this.notes.issue(tx, invoice, wish));
  }
}
