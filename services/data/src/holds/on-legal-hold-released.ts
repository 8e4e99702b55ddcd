import { Controller } from '@nestjs/common';
import { LegalHoldReleased } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { releaseRowHold } from './row-hold.table.js';

/** What a hold held can change again. */
@Controller()
export class OnLegalHoldReleased {
  constructor(private readonly clock: Clock) {}

  @On(LegalHoldReleased, { consumer: 'data.holds' })
  async handle({ holdId }: LegalHoldReleased, tx: Transaction): Promise<void> {
    await releaseRowHold(tx, holdId, this.clock.now());
  }
}
