import { Controller } from '@nestjs/common';
import {
  refundPayment,
  refundTenantPayment,
  type Payment as PaymentMessage,
  type RefundPaymentRequest,
  type RefundTenantPaymentRequest,
} from '@tenantry/contracts';
import { Fault, parseNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { payableNanos } from './create-payment.js';
import { PaymentAccounts } from './payment-accounts.js';
import type { Payment } from './payment.js';
import { findPayment, toMessage } from './payment.table.js';
import { Refunds } from './refunds.js';

/** Gives a payment back: a tenant what its own customers paid, staff what a tenant paid for an invoice. */
@Controller()
export class RefundPayment {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly refunds: Refunds,
  ) {}

  @Handles(refundPayment)
  async handle(request: RefundPaymentRequest, ctx: TenantContext): Promise<PaymentMessage> {
    const payment = await findPayment(this.accounts.rows, ctx.tenantId, request.paymentId);
    if (payment.invoiceId !== null)
      throw new Fault('conflict', { detail: 'What an invoice was paid with is given back by the platform' });
    return this.refund(payment, request, ctx);
  }

  @Handles(refundTenantPayment)
  async handleTenant(request: RefundTenantPaymentRequest, ctx: TenantContext): Promise<PaymentMessage> {
    const payment = await findPayment(this.accounts.rows, request.tenantId, request.paymentId);
    if (payment.invoiceId === null) throw new Fault('not-found'); // between the tenant and its customer
    return this.refund(payment, request, ctx);
  }

  private async refund(
    payment: Payment,
    { amount, refundedBefore }: Pick<RefundPaymentRequest, 'amount' | 'refundedBefore'>,
    ctx: TenantContext,
  ): Promise<PaymentMessage> {
    const amountNanos = payableNanos(amount, payment.currency);
    const refundedBeforeNanos = parseNanos(refundedBefore, 'refundedBefore');
    return toMessage(await this.refunds.refund(ctx, payment, { amountNanos, refundedBeforeNanos }));
  }
}
