import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { sweepTokens } from './token.table.js';

/** Ended tokens stay a while, for whoever looks into an incident. */
const KEEP_ENDED_MS = 30 * 86_400_000;

/** Removes tokens that ended long ago. */
@Controller()
export class EveryHourSweep {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.sweep', intervalMs: 3_600_000 })
  async handle(): Promise<void> {
    await sweepTokens(this.control, new Date(this.clock.now().getTime() - KEEP_ENDED_MS));
  }
}
