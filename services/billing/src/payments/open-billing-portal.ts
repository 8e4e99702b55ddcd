import { Controller } from '@nestjs/common';
import { openBillingPortal, type BillingPortal, type OpenBillingPortalRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Gives a short-lived link to the provider's portal. */
@Controller()
export class OpenBillingPortal {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
  ) {}

  @Handles(openBillingPortal)
  async handle({ returnUrl }: OpenBillingPortalRequest, ctx: TenantContext): Promise<BillingPortal> {
    const customerId = await this.accounts.customerOf(ctx.tenantId);
    return { url: await this.provider.portalUrl(customerId, returnUrl ?? null) };
  }
}
