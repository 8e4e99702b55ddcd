import { Controller } from '@nestjs/common';
import { LegalHoldRenewed } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { noteHold } from './retention.table.js';

/** A hold that was placed before this log heard of holds, or that a restored database forgot, keeps it as well. */
@Controller()
export class OnLegalHoldRenewed {
  @On(LegalHoldRenewed, { consumer: 'audit.holds' })
  async handle({ holdId }: LegalHoldRenewed, tx: Transaction): Promise<void> {
    await noteHold(tx, holdId, false);
  }
}
