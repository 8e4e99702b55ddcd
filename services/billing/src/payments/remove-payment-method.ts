import { Controller } from '@nestjs/common';
import { PaymentMethodsChanged, removePaymentMethod, type RemovePaymentMethodRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Removes a payment method at the provider. */
@Controller()
export class RemovePaymentMethod {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
  ) {}

  @Handles(removePaymentMethod)
  async handle({ paymentMethodId }: RemovePaymentMethodRequest, ctx: TenantContext): Promise<object> {
    const customerId = await this.accounts.customerOf(ctx.tenantId);
    const { id } = await this.accounts.methodOf(customerId, paymentMethodId);
    await this.provider.removeMethod(id);
    await this.accounts.transaction(ctx, async (tx) => tx.publish(new PaymentMethodsChanged({})));
    return {};
  }
}
