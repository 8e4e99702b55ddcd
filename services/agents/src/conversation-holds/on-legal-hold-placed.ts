import { Controller } from '@nestjs/common';
import { LegalHoldPlaced } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { confirmHold } from './hold.table.js';

/** A hold that compliance has placed stays until it is released. */
@Controller()
export class OnLegalHoldPlaced {
  constructor(private readonly clock: Clock) {}

  @On(LegalHoldPlaced, { consumer: 'agents.holds' })
  async handle({ holdId }: LegalHoldPlaced, tx: Transaction): Promise<void> {
    await confirmHold(tx, holdId, this.clock.now());
  }
}
