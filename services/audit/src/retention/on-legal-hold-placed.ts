import { Controller } from '@nestjs/common';
import { LegalHoldPlaced } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { noteHold } from './retention.table.js';

/** While a hold is in force nothing of the log is retired. */
@Controller()
export class OnLegalHoldPlaced {
  @On(LegalHoldPlaced, { consumer: 'audit.holds' })
  async handle({ holdId }: LegalHoldPlaced, tx: Transaction): Promise<void> {
    await noteHold(tx, holdId, false);
  }
}
