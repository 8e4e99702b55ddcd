import { Controller } from '@nestjs/common';
import { Every } from '@tenantry/messaging';
import { EventInbox } from './event-inbox.js';
import { PaymentProvider } from './payment-provider.js';

const BATCH = 100;

/** Applies events that failed, that a crash left, or that staff want applied again. */
@Controller()
export class Every10sApplyEvents {
  constructor(
    private readonly inbox: EventInbox,
    private readonly provider: PaymentProvider,
  ) {}

  @Every({ name: 'billing.apply-events', intervalMs: 10_000 })
  async handle(signal: AbortSignal): Promise<void> {
    if (this.provider.isThere) await this.inbox.applyDue(BATCH, signal);
  }
}
