import { Controller } from '@nestjs/common';
import {
  getInvoiceDocument,
  getTenantInvoiceDocument,
  Reply,
  type GetInvoiceDocumentRequest,
  type GetTenantInvoiceDocumentRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Catalog } from '../plans/catalog.js';
import { planNames, type Rows } from '../plans/plan.table.js';
import type { Invoice } from './invoice.js';
import { InvoiceBook } from './invoice-book.js';
import { DOCUMENT_CSP, invoiceDocument } from './invoice-document.js';
import { findCreditNotes, findInvoice, findLines } from './invoice.table.js';

/** Prints an invoice: for the tenant through its own door, for staff through the book's. */
@Controller()
export class GetInvoiceDocument {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly book: InvoiceBook,
    private readonly catalog: Catalog,
  ) {}

  @Handles(getInvoiceDocument)
  async handle({ invoiceId }: GetInvoiceDocumentRequest, ctx: TenantContext): Promise<Reply<never>> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const invoice = await findInvoice(rows, ctx.tenantId, invoiceId);
    if (invoice.number === null) throw new Fault('not-found');
    return this.print(rows, invoice);
  }

  @Handles(getTenantInvoiceDocument)
  async handleTenant({ tenantId, invoiceId }: GetTenantInvoiceDocumentRequest): Promise<Reply<never>> {
    return this.print(this.book.rows, await findInvoice(this.book.rows, tenantId, invoiceId));
  }

  private async print(rows: Rows, invoice: Invoice): Promise<Reply<never>> {
    const lines = await findLines(rows, invoice);
    const notes = await findCreditNotes(rows, invoice);
    const names = await planNames(this.catalog.rows, [...new Set(lines.map(({ planId }) => planId))]);
    const page = invoiceDocument({ invoice, lines, notes, planNames: names });
    return new Reply<never>(Buffer.from(page), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-disposition': `inline; filename="invoice-${invoice.number ?? 'draft'}.html"`,
        'content-security-policy': `${DOCUMENT_CSP}; frame-ancestors 'none'`, // a page can't say that itself
      },
    });
  }
}
