import { Controller } from '@nestjs/common';
import { LegalHoldReleased } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { noteHold } from './retention.table.js';

/** Once no hold is in force any more, the log's retention goes on. */
@Controller()
export class OnLegalHoldReleased {
  @On(LegalHoldReleased, { consumer: 'audit.holds' })
  async handle({ holdId }: LegalHoldReleased, tx: Transaction): Promise<void> {
    await noteHold(tx, holdId, true);
  }
}
