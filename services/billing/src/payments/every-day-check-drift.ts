import { Controller } from '@nestjs/common';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { DriftCheck } from './drift-check.js';
import { PaymentProvider } from './payment-provider.js';

/** Compares the ledger with the provider once a day. */
@Controller()
export class EveryDayCheckDrift {
  constructor(
    private readonly check: DriftCheck,
    private readonly provider: PaymentProvider,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'billing.check-drift', intervalMs: 86_400_000 })
  async handle(): Promise<void> {
    if (!this.provider.isThere) return;
    const { open, payments } = await this.check.run();
    if (open > 0) this.log.error({ open, payments }, 'Payments and the ledger differ; GET /v1/payment-drifts says how');
  }
}
