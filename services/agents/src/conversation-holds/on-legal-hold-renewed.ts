import { Controller } from '@nestjs/common';
import { LegalHoldRenewed } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { confirmHold } from './hold.table.js';

/** A hold that compliance still has in force stays, also one that this database did not know. One that was released stays so. */
@Controller()
export class OnLegalHoldRenewed {
  constructor(private readonly clock: Clock) {}

  @On(LegalHoldRenewed, { consumer: 'agents.holds' })
  async handle({ holdId }: LegalHoldRenewed, tx: Transaction): Promise<void> {
    await confirmHold(tx, holdId, this.clock.now());
  }
}
