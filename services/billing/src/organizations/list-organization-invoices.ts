import { Controller } from '@nestjs/common';
import {
  collectOrganizationInvoice,
  getOrganizationInvoice,
  getOrganizationInvoiceDocument,
  listOrganizationInvoices,
  type CollectOrganizationInvoiceRequest,
  type GetOrganizationInvoiceDocumentRequest,
  type GetOrganizationInvoiceRequest,
  type Invoice as InvoiceMessage,
  type ListInvoicesResponse,
  type ListOrganizationInvoicesRequest,
  type Payment,
  type Reply,
} from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { InvoiceBook, printInvoice } from '../invoices/invoice-book.js';
import { InvoicePrinter } from '../invoices/invoice-printer.js';
import type { Invoice } from '../invoices/invoice.js';
import { findInvoice, toMessage } from '../invoices/invoice.table.js';
import { Collection } from '../payments/collection.js';
import { toMessage as paymentMessage } from '../payments/payment.table.js';
import { listWholes } from './organization-billing.table.js';

const LIST = 'organization invoices';

/**
 * Shows an organization's invoices in the tenant that pays them, to who may see what other tenants are charged. No tenant's door shows them, so they
 * are read through the platform's, always by the caller's tenant.
 */
@Controller()
export class ListOrganizationInvoices {
  constructor(
    private readonly book: InvoiceBook,
    private readonly printer: InvoicePrinter,
    private readonly collection: Collection,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listOrganizationInvoices)
  async handle(
    { limit: asked, cursor }: ListOrganizationInvoicesRequest,
    ctx: TenantContext,
  ): Promise<ListInvoicesResponse> {
    const limit = asked ?? 50;
    const beforeId = cursor ? (this.cursors.open(ctx, LIST, cursor) as string) : null;
    const found = await listWholes(this.book.rows, ctx.tenantId, beforeId, limit + 1);
    const data = found.slice(0, limit).map((invoice) => toMessage(invoice));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }

  @Handles(getOrganizationInvoice)
  async handleOne({ invoiceId }: GetOrganizationInvoiceRequest, ctx: TenantContext): Promise<InvoiceMessage> {
    return printInvoice(this.book.rows, await this.find(ctx, invoiceId));
  }

  @Handles(getOrganizationInvoiceDocument)
  async handleDocument(
    { invoiceId }: GetOrganizationInvoiceDocumentRequest,
    ctx: TenantContext,
  ): Promise<Reply<never>> {
    return this.printer.print(this.book.rows, await this.find(ctx, invoiceId));
  }

  @Handles(collectOrganizationInvoice)
  async handleCollect(request: CollectOrganizationInvoiceRequest, ctx: TenantContext): Promise<Payment> {
    const { id: invoiceId, tenantId } = await this.find(ctx, request.invoiceId);
    const { payment, actionUrl } = await this.collection.collect(ctx, {
      ...{ tenantId, invoiceId, methodId: request.paymentMethodId ?? null },
      ...{ isOffSession: false, returnUrl: request.returnUrl },
    });
    return paymentMessage(payment, actionUrl);
  }

  /** @throws Fault `not-found` for what is no organization's invoice that the caller's tenant pays */
  private async find({ tenantId }: TenantContext, invoiceId: string): Promise<Invoice> {
    const invoice = await findInvoice(this.book.rows, tenantId, invoiceId);
    if (invoice.organizationId === null) throw new Fault('not-found');
    return invoice;
  }
}
