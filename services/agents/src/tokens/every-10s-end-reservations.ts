import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { LeftBehind } from '../completions/left-behind.js';
import { listDueReservations, saveReservationsEnded } from './reservation.table.js';

const BATCH = 50;
const MAX_BATCHES = 100;

/**
 * Gives back what was held for tokens that have ended, or never came to be. Their calls that are still open have parts of their own, which are
 * counted when they end.
 */
@Controller()
export class Every10sEndReservations {
  constructor(
    private readonly control: ControlDatabase,
    private readonly leftBehind: LeftBehind,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.end-reservations', intervalMs: 10_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('agents_completions');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      if (!(await this.endSome(job))) return;
    }
  }

  /** Answers whether there may be more. A process that dies in between has them ended twice, which is once. */
  private async endSome(job: Job): Promise<boolean> {
    const due = await listDueReservations(job, this.clock.now(), BATCH);
    const ended = await this.leftBehind.settle(due.map((one) => ({ ...one, costNanos: 0n })));
    if (ended.length > 0) await job.transaction((tx) => saveReservationsEnded(tx, ended, this.clock.now()));
    return due.length === BATCH && ended.length === BATCH;
  }
}
