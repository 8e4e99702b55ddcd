import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { PaymentAccounts } from './payment-accounts.js';
import { unsettledPayments } from './payment.table.js';
import { PaymentProvider } from './payment-provider.js';
import { Settlement } from './settlement.js';

const BATCH = 50;
const LEAVE_ALONE_MS = 60_000;

/** Asks what has become of payments that nobody told us about: after a crash, or when events are lost. */
@Controller()
export class EveryMinuteSettlePayments {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly settlement: Settlement,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'billing.settle-payments', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    if (!this.provider.isThere) return;
    const before = new Date(this.clock.now().getTime() - LEAVE_ALONE_MS);
    for (const payment of await unsettledPayments(this.accounts.rows, this.provider.isTest, before, BATCH)) {
      if (signal.aborted) return;
      const settled = this.provider
        .getPayment(payment.providerId!, payment.accountId)
        .then((found) => this.settlement.settle(null, payment, found));
      await settled.catch((err: unknown) => {
        this.log.warn(
          { err, paymentId: payment.id },
          'The payment provider could not be asked about a payment; trying again',
        );
      });
    }
  }
}
