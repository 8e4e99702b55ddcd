import { Controller } from '@nestjs/common';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { unmadeAccounts } from './payment-account.table.js';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

const BATCH = 20;

/** Makes the customers that new tenants need. One that fails waits for the next turn and keeps nobody else. */
@Controller()
export class Every5sMakeCustomers {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'billing.make-customers', intervalMs: 5_000 })
  async handle(signal: AbortSignal): Promise<void> {
    if (!this.provider.isThere) return;
    for (const account of await unmadeAccounts(this.accounts.rows, this.provider.isTest, BATCH)) {
      if (signal.aborted) return;
      await this.accounts.makeCustomer(account).catch((err: unknown) => {
        this.log.warn(
          { err, tenantId: account.tenantId },
          'A customer could not be made at the payment provider; trying again',
        );
      });
    }
  }
}
