import { Controller } from '@nestjs/common';
import { finalizeInvoice, type FinalizeInvoiceRequest, type Invoice } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { InvoiceBook } from './invoice-book.js';
import { InvoiceOpening } from './invoice-opening.js';

/** Makes a draft final. */
@Controller()
export class FinalizeInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly opening: InvoiceOpening,
  ) {}

  @Handles(finalizeInvoice)
  handle(request: FinalizeInvoiceRequest, ctx: TenantContext): Promise<Invoice> {
    return this.book.change(ctx, request, (invoice, tx) => this.opening.open(tx, invoice));
  }
}
