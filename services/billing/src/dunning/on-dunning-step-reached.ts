import { Controller } from '@nestjs/common';
import { DunningStepReached } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { BillingSuspension } from './billing-suspension.js';

/** The last step suspends the tenant. What is open to a suspended tenant, paying above all, stays open. */
@Controller()
export class OnDunningStepReached {
  constructor(private readonly suspension: BillingSuspension) {}

  @On(DunningStepReached, { consumer: 'billing.suspension' })
  async handle({ step }: DunningStepReached, _tx: Transaction, ctx: EventContext): Promise<void> {
    if (step === 'suspended') await this.suspension.tell(ctx);
  }
}
