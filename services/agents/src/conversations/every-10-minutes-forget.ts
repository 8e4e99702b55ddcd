import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { forgetDue } from './forget.table.js';

const BATCH = 100;
const MAX_BATCHES = 100;

/** Forgets conversations whose time is over, a batch in each commit; what is left is due again in the next turn. */
@Controller()
export class Every10MinutesForget {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.retention', intervalMs: 600_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('agents_retention');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      const forgotten = await job.transaction((tx) => forgetDue(tx, this.clock.now(), BATCH));
      if (forgotten < BATCH) return;
    }
  }
}
