import { Controller } from '@nestjs/common';
import { LegalHoldReleased } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { On } from '@tenantry/messaging';
import { forgetConversations, listRestricted } from '../conversations/forget.table.js';
import { releaseHold } from './hold.table.js';

/** More are left to the schedule that forgets what is due. */
const MOST = 500;

/** Conversations that were kept for the hold alone are forgotten: the erasure that met them goes on. */
@Controller()
export class OnLegalHoldReleased {
  constructor(private readonly clock: Clock) {}

  @On(LegalHoldReleased, { consumer: 'agents.holds' })
  async handle({ holdId }: LegalHoldReleased, tx: Transaction): Promise<void> {
    await releaseHold(tx, holdId, this.clock.now());
    const restricted = await listRestricted(tx, MOST);
    if (restricted.length > 0) await forgetConversations(tx, restricted, 'erasure');
  }
}
