import { Controller } from '@nestjs/common';
import { DunningStepReached } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { dunningNotice } from './notice.js';
import { Notices } from './notices.js';

/** Tells who does not pay what that leads to. */
@Controller()
export class OnDunningStepMail {
  constructor(private readonly notices: Notices) {}

  @On(DunningStepReached, { consumer: 'billing.dunning-notice' })
  async handle(reached: DunningStepReached, tx: Transaction): Promise<void> {
    await this.notices.send(tx, (tenant) => dunningNotice(tenant, reached));
  }
}
