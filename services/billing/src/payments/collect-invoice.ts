import { Controller } from '@nestjs/common';
import {
  collectInvoice,
  collectTenantInvoice,
  type CollectInvoiceRequest,
  type CollectTenantInvoiceRequest,
  type Payment,
} from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertFinal } from '../invoices/invoice.js';
import { findInvoice } from '../invoices/invoice.table.js';
import { Collection } from './collection.js';
import { PaymentAccounts } from './payment-accounts.js';
import { toMessage } from './payment.table.js';

/** Collects an invoice: for its tenant, who is there, or for staff, while nobody is. */
@Controller()
export class CollectInvoice {
  constructor(
    private readonly collection: Collection,
    private readonly accounts: PaymentAccounts,
  ) {}

  @Handles(collectInvoice)
  async handle({ invoiceId, ...how }: CollectInvoiceRequest, ctx: TenantContext): Promise<Payment> {
    const invoice = await findInvoice(this.accounts.rows, ctx.tenantId, invoiceId);
    assertFinal(invoice);
    if (invoice.organizationId !== null) throw new Fault('not-found'); // needs another permission
    const methodId = how.paymentMethodId ?? null;
    const { tenantId } = ctx;
    const collected = await this.collection.collect(ctx, {
      tenantId,
      invoiceId,
      methodId,
      isOffSession: false,
      returnUrl: how.returnUrl,
    });
    return toMessage(collected.payment, collected.actionUrl);
  }

  @Handles(collectTenantInvoice)
  async handleTenant(request: CollectTenantInvoiceRequest, ctx: TenantContext): Promise<Payment> {
    const { payment } = await this.collection.collect(ctx, {
      ...request,
      methodId: null,
      isOffSession: true,
      returnUrl: null,
    });
    return toMessage(payment);
  }
}
