import { Controller } from '@nestjs/common';
import { connectPaymentAccount, type ConnectPaymentAccountRequest, type PaymentAccountLink } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ConnectedAccounts } from './connected-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Sends somebody to the provider to answer its questions about the tenant's own account. */
@Controller()
export class ConnectPaymentAccount {
  constructor(
    private readonly connected: ConnectedAccounts,
    private readonly provider: PaymentProvider,
  ) {}

  @Handles(connectPaymentAccount)
  async handle(request: ConnectPaymentAccountRequest, ctx: TenantContext): Promise<PaymentAccountLink> {
    return { url: await this.provider.accountUrl(await this.connected.accountOf(ctx.tenantId), request) };
  }
}
