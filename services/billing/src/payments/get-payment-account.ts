import { Controller } from '@nestjs/common';
import { getPaymentAccount, type GetPaymentAccountRequest, type PaymentAccount } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findAccount } from './payment-account.table.js';
import { PaymentProvider } from './payment-provider.js';

/** Says what the tenant is at the payment provider, without asking the provider. */
@Controller()
export class GetPaymentAccount {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly provider: PaymentProvider,
  ) {}

  @Handles(getPaymentAccount)
  async handle(_request: GetPaymentAccountRequest, ctx: TenantContext): Promise<PaymentAccount> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const { isTest: testMode } = this.provider;
    const account = await findAccount(rows, ctx.tenantId, testMode);
    return { ready: Boolean(account?.customerId), testMode, canTakePayments: account?.canTakePayments ?? false };
  }
}
