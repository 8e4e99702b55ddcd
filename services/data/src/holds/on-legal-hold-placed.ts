import { Controller } from '@nestjs/common';
import { LegalHoldPlaced } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { confirmRowHold } from './row-hold.table.js';

/** A hold that compliance has placed stays until it is released. */
@Controller()
export class OnLegalHoldPlaced {
  constructor(private readonly clock: Clock) {}

  @On(LegalHoldPlaced, { consumer: 'data.holds' })
  async handle({ holdId }: LegalHoldPlaced, tx: Transaction): Promise<void> {
    await confirmRowHold(tx, holdId, this.clock.now());
  }
}
