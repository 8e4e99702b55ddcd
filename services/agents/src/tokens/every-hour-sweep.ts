import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { sweepApprovals } from '../approvals/approval.table.js';
import { sweepAllowances } from './allowance.table.js';
import { sweepTokens } from './token.table.js';

/** Ended tokens stay a while, for whoever looks into an incident. */
const KEEP_ENDED_MS = 30 * 86_400_000;

/** Removes tokens and approvals that ended long ago. */
@Controller()
export class EveryHourSweep {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.sweep', intervalMs: 3_600_000 })
  async handle(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEEP_ENDED_MS);
    await sweepTokens(this.control, before);
    await sweepAllowances(this.control, before);
    await sweepApprovals(this.control, before);
  }
}
