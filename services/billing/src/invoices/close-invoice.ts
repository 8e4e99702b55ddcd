import { Controller } from '@nestjs/common';
import {
  InvoiceMarkedUncollectible,
  InvoicePaid,
  InvoiceVoided,
  markInvoiceUncollectible,
  payInvoice,
  voidInvoice,
  type Invoice,
  type MarkInvoiceUncollectibleRequest,
  type PayInvoiceRequest,
  type VoidInvoiceRequest,
} from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { voidParts } from '../organizations/organization-billing.table.js';
import { close, type Invoice as InvoiceState } from './invoice.js';
import { InvoiceBook, type InvoiceName } from './invoice-book.js';

/** Ends an invoice: it is paid, taken back or given up. */
@Controller()
export class CloseInvoice {
  constructor(
    private readonly book: InvoiceBook,
    private readonly clock: Clock,
  ) {}

  @Handles(payInvoice)
  async handlePaid(request: PayInvoiceRequest, ctx: TenantContext): Promise<Invoice> {
    return this.close(request, ctx, 'paid', new InvoicePaid({ invoiceId: request.invoiceId }));
  }

  @Handles(voidInvoice)
  async handleVoid(request: VoidInvoiceRequest, ctx: TenantContext): Promise<Invoice> {
    return this.close(request, ctx, 'void', new InvoiceVoided({ invoiceId: request.invoiceId }));
  }

  @Handles(markInvoiceUncollectible)
  async handleUncollectible(request: MarkInvoiceUncollectibleRequest, ctx: TenantContext): Promise<Invoice> {
    const event = new InvoiceMarkedUncollectible({ invoiceId: request.invoiceId });
    return this.close(request, ctx, 'uncollectible', event);
  }

  /** With an organization's invoice its parts are taken back, so that their days can be billed again. */
  private async voidParts(tx: Transaction, whole: InvoiceState, now: Date): Promise<void> {
    for (const { tenantId, invoiceId } of await voidParts(tx, whole, now))
      tx.publish(new InvoiceVoided({ invoiceId }), { tenantId });
  }

  private close(
    request: InvoiceName,
    ctx: TenantContext,
    status: 'paid' | 'void' | 'uncollectible',
    event: object,
  ): Promise<Invoice> {
    return this.book.change(ctx, request, async (invoice, tx) => {
      const now = this.clock.now();
      const after = close(invoice, status, now);
      if (status === 'void' && invoice.organizationId !== null) await this.voidParts(tx, invoice, now);
      return { after, event };
    });
  }
}
