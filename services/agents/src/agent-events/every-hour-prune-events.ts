import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { deleteOldEvents } from './agent-event.table.js';

const KEEP_MS = 90 * 86_400_000;
const BATCH = 5_000;
const MAX_BATCHES = 200;

/** Deletes events that are older than 90 days; the audit log has them for good. */
@Controller()
export class EveryHourPruneEvents {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.prune-events', intervalMs: 3_600_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEEP_MS);
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      const deleted = await this.control.job('agents_events').transaction((tx) => deleteOldEvents(tx, before, BATCH));
      if (deleted < BATCH) return;
    }
  }
}
