import { Controller } from '@nestjs/common';
import { createPayment, type CreatePaymentRequest, type Payment as PaymentMessage } from '@tenantry/contracts';
import { Clock, Fault, parseNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseCurrency } from '../currency.js';
import { minorUnitNanos } from '../invoices/rating.js';
import { Attempts } from './attempts.js';
import { ConnectedAccounts } from './connected-accounts.js';
import { PaymentAccounts } from './payment-accounts.js';
import { isUnderway, payTenantWith, type Payment } from './payment.js';
import { countTry, findByReference, insertPayment, toMessage } from './payment.table.js';
import { PaymentProvider } from './payment-provider.js';
import { announce } from './settlement.js';

/** Takes a payment of one of the tenant's own customers. Under one reference it is taken once. */
@Controller()
export class CreatePayment {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly connected: ConnectedAccounts,
    private readonly attempts: Attempts,
    private readonly provider: PaymentProvider,
    private readonly clock: Clock,
  ) {}

  @Handles(createPayment)
  async handle(request: CreatePaymentRequest, ctx: TenantContext): Promise<PaymentMessage> {
    const { paymentMethodId: methodId, returnUrl, reference } = request;
    const begun = await this.begin(request, ctx);
    if (!isUnderway(begun)) return toMessage(begun);
    const made = await this.attempts.make(begun, null, `Payment ${begun.reference}`);
    const tried = await this.accounts.transaction(ctx, (tx) => countTry(tx, made));
    // It ended meanwhile, because the provider's event came first.
    if (!tried) return toMessage((await findByReference(this.accounts.rows, ctx.tenantId, reference))!);
    const { payment, actionUrl } = await this.attempts.confirm(ctx, tried, {
      methodId,
      isOffSession: false,
      returnUrl,
    });
    return toMessage(payment, actionUrl);
  }

  /** The payment of the reference: a new one, or the one that has it. */
  private async begin({ reference, amount, currency }: CreatePaymentRequest, ctx: TenantContext): Promise<Payment> {
    const amountNanos = payableNanos(amount, parseCurrency(currency));
    const accountId = await this.connected.payable(ctx.tenantId);
    const wanted = payTenantWith(
      ctx.tenantId,
      { reference, accountId, amountNanos, currency },
      this.provider.isTest,
      this.clock.now(),
    );
    const insert = this.accounts.transaction(ctx, async (tx) => {
      const known = await findByReference(tx, ctx.tenantId, reference);
      if (known) return known;
      await insertPayment(tx, wanted);
      announce(tx, null, wanted);
      return wanted;
    });
    const payment = await insert.catch(async (error: unknown) => {
      const known = await findByReference(this.accounts.rows, ctx.tenantId, reference); // somebody was faster by a moment
      if (known) return known;
      throw error;
    });
    if (payment.amountNanos === amountNanos && payment.currency === currency) return payment;
    throw new Fault('conflict', { field: 'reference', detail: 'A payment over another amount has this reference' });
  }
}

/** An amount that can be paid, in nano-units. @throws Fault `invalid-input` */
export function payableNanos(amount: string, currency: string): bigint {
  const amountNanos = parseNanos(amount, 'amount');
  if (amountNanos > 0n && amountNanos % minorUnitNanos(currency) === 0n) return amountNanos;
  throw new Fault('invalid-input', { field: 'amount', detail: 'amount must be more than zero, in whole minor units' });
}
