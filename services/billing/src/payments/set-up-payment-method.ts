import { Controller } from '@nestjs/common';
import { setUpPaymentMethod, type PaymentMethodSetup, type SetUpPaymentMethodRequest } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Sends somebody to the provider to set up a payment method. What they type there never comes here. */
@Controller()
export class SetUpPaymentMethod {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
  ) {}

  @Handles(setUpPaymentMethod)
  async handle({ mode, ...urls }: SetUpPaymentMethodRequest, ctx: TenantContext): Promise<PaymentMethodSetup> {
    const successUrl = urls.successUrl ?? null;
    if (mode === 'checkout' && successUrl === null)
      throw new Fault('invalid-input', {
        field: 'successUrl',
        detail: 'A checkout page needs an address that it leads back to',
      });
    const customerId = await this.accounts.customerOf(ctx.tenantId);
    if (successUrl === null || mode === 'intent') return { clientSecret: await this.provider.setupSecret(customerId) };
    return { url: await this.provider.checkoutUrl(customerId, { successUrl, cancelUrl: urls.cancelUrl ?? null }) };
  }
}
