import { Controller } from '@nestjs/common';
import { InvoiceOpened } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { findInvoice } from '../invoices/invoice.table.js';
import { invoiceNotice } from './notice.js';
import { Notices } from './notices.js';

/** Tells that there is an invoice, unless nothing is to be paid any more. */
@Controller()
export class OnInvoiceOpened {
  constructor(private readonly notices: Notices) {}

  @On(InvoiceOpened, { consumer: 'billing.invoice-notice' })
  async handle(opened: InvoiceOpened, tx: Transaction): Promise<void> {
    const { status, dueOn } = await findInvoice(tx, tx.tenantId, opened.invoiceId);
    if (status === 'open') await this.notices.send(tx, (tenant) => invoiceNotice(tenant, opened, dueOn));
  }
}
