import { Controller } from '@nestjs/common';
import { TenantActivated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Directories, On } from '@tenantry/messaging';
import { openingOf } from './payment-account.table.js';
import { PaymentProvider } from './payment-provider.js';

/** Notes that a new tenant needs a customer at the provider; a sandbox pays nothing. The provider is asked outside of this commit. */
@Controller()
export class OpenPaymentAccount {
  constructor(
    private readonly provider: PaymentProvider,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @On(TenantActivated, { consumer: 'billing.payment-account' })
  handle(_event: TenantActivated, tx: Transaction): Promise<void> {
    const isSandbox = Boolean(this.directories.tenants.get(tx.tenantId)?.sandboxOf);
    if (this.provider.isThere && !isSandbox) tx.finish(openingOf(tx.tenantId, this.provider.isTest, this.clock.now()));
    return Promise.resolve();
  }
}
