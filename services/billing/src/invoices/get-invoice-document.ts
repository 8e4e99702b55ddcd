import { Controller } from '@nestjs/common';
import {
  getInvoiceDocument,
  getTenantInvoiceDocument,
  type GetInvoiceDocumentRequest,
  type GetTenantInvoiceDocumentRequest,
  type Reply,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertFinal } from './invoice.js';
import { InvoiceBook } from './invoice-book.js';
import { InvoicePrinter } from './invoice-printer.js';
import { findInvoice } from './invoice.table.js';

/** Prints an invoice: for the tenant through its own door, for staff through the book's. */
@Controller()
export class GetInvoiceDocument {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly book: InvoiceBook,
    private readonly printer: InvoicePrinter,
  ) {}

  @Handles(getInvoiceDocument)
  async handle({ invoiceId }: GetInvoiceDocumentRequest, ctx: TenantContext): Promise<Reply<never>> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const invoice = await findInvoice(rows, ctx.tenantId, invoiceId);
    assertFinal(invoice);
    return this.printer.print(rows, invoice);
  }

  @Handles(getTenantInvoiceDocument)
  async handleTenant({ tenantId, invoiceId }: GetTenantInvoiceDocumentRequest): Promise<Reply<never>> {
    return this.printer.print(this.book.rows, await findInvoice(this.book.rows, tenantId, invoiceId));
  }
}
