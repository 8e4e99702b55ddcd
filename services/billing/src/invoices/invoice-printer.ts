import { Injectable } from '@nestjs/common';
import { Reply } from '@tenantry/contracts';
import { Catalog } from '../plans/catalog.js';
import { planNames, type Rows } from '../plans/plan.table.js';
import type { Invoice } from './invoice.js';
import { DOCUMENT_CSP, invoiceDocument } from './invoice-document.js';
import { findCreditNotes, findLines } from './invoice.table.js';

/** Prints invoices as pages. */
@Injectable()
export class InvoicePrinter {
  constructor(private readonly catalog: Catalog) {}

  /** The page of an invoice that may be seen through `rows`. */
  async print(rows: Rows, invoice: Invoice): Promise<Reply<never>> {
    const lines = await findLines(rows, invoice);
    const notes = await findCreditNotes(rows, invoice);
    const names = await planNames(this.catalog.rows, [...new Set(lines.map(({ planId }) => planId))]);
    const page = invoiceDocument({ invoice, lines, notes, planNames: names });
    return new Reply<never>(Buffer.from(page), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-disposition': `inline; filename="invoice-${invoice.number ?? invoice.status}.html"`,
        'content-security-policy': `${DOCUMENT_CSP}; frame-ancestors 'none'`, // a page can't say that itself
      },
    });
  }
}
