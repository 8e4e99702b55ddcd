import { Controller } from '@nestjs/common';
import {
  chooseDefaultPaymentMethod,
  PaymentMethodsChanged,
  type ChooseDefaultPaymentMethodRequest,
  type PaymentMethod,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { methodMessage } from './list-payment-methods.js';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Makes a payment method the one that invoices are paid with; the provider keeps the choice, so its portal shows the same. */
@Controller()
export class ChooseDefaultPaymentMethod {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
  ) {}

  @Handles(chooseDefaultPaymentMethod)
  async handle({ paymentMethodId }: ChooseDefaultPaymentMethodRequest, ctx: TenantContext): Promise<PaymentMethod> {
    const customerId = await this.accounts.customerOf(ctx.tenantId);
    const method = await this.accounts.methodOf(customerId, paymentMethodId);
    await this.provider.setDefaultMethod(customerId, method.id);
    await this.accounts.transaction(ctx, async (tx) => tx.publish(new PaymentMethodsChanged({})));
    return methodMessage(method, true);
  }
}
