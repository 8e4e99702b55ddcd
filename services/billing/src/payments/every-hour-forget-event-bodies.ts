import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { BillingSettings } from '../config.js';
import { PaymentAccounts } from './payment-accounts.js';
import { forgetBodies } from './stripe-event.table.js';

const BATCH = 1_000;
const DAY_MS = 86_400_000;

/**
 * Forgets what Stripe sent, after its time: it may name people. The event stays with its id, so that it is applied once for good, and can be
 * applied again, for that asks Stripe and does not look at the body.
 */
@Controller()
export class EveryHourForgetEventBodies {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'billing.forget-event-bodies', intervalMs: 3_600_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const before = new Date(this.clock.now().getTime() - this.settings.STRIPE_EVENT_DAYS * DAY_MS);
    while (!signal.aborted && (await forgetBodies(this.accounts.rows, before, BATCH)) === BATCH);
  }
}
