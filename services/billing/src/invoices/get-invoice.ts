import { Controller } from '@nestjs/common';
import {
  getInvoice,
  getTenantInvoice,
  type GetInvoiceRequest,
  type GetTenantInvoiceRequest,
  type Invoice,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertFinal } from './invoice.js';
import { InvoiceBook, printInvoice } from './invoice-book.js';
import { findInvoice } from './invoice.table.js';

/** Gives an invoice: to the tenant through its own door, to staff through the book's. */
@Controller()
export class GetInvoice {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly book: InvoiceBook,
  ) {}

  @Handles(getInvoice)
  async handle({ invoiceId }: GetInvoiceRequest, ctx: TenantContext): Promise<Invoice> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const invoice = await findInvoice(rows, ctx.tenantId, invoiceId);
    assertFinal(invoice);
    return printInvoice(rows, invoice);
  }

  @Handles(getTenantInvoice)
  async handleTenant({ tenantId, invoiceId }: GetTenantInvoiceRequest): Promise<Invoice> {
    return printInvoice(this.book.rows, await findInvoice(this.book.rows, tenantId, invoiceId));
  }
}
