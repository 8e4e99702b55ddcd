import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { PaymentAccounts } from './payment-accounts.js';
import { findPayment } from './payment.table.js';
import { PaymentProvider } from './payment-provider.js';
import type { Refund } from './refund.js';
import { unsettledRefunds } from './refund.table.js';
import { Refunds } from './refunds.js';

const BATCH = 50;
const LEAVE_ALONE_MS = 60_000;

/** Carries refunds to their end that a crash or a lost answer cut. */
@Controller()
export class EveryMinuteFinishRefunds {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly refunds: Refunds,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'billing.finish-refunds', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    if (!this.provider.isThere) return;
    const before = new Date(this.clock.now().getTime() - LEAVE_ALONE_MS);
    for (const refund of await unsettledRefunds(this.accounts.rows, this.provider.isTest, before, BATCH)) {
      if (signal.aborted) return;
      await this.finish(refund).catch((err: unknown) => {
        this.log.warn({ err, paymentId: refund.paymentId }, 'A refund could not be made; trying again');
      });
    }
  }

  private async finish(refund: Refund): Promise<void> {
    const payment = await findPayment(this.accounts.rows, refund.tenantId, refund.paymentId);
    await this.refunds.finish(null, payment, refund);
  }
}
