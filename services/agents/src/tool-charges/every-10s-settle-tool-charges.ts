import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { LeftBehind } from '../completions/left-behind.js';
import { endLostCharges, listUnsettledCharges, saveChargesSettled } from './tool-charge.table.js';

const BATCH = 50;
const MAX_BATCHES = 100;
/** Charges are settled as soon as they end; what is not after this long was left behind. */
const LEFT_BEHIND_MS = 15_000;

/** Ends charges whose process died, and counts what could not be counted when the call ended. */
@Controller()
export class Every10sSettleToolCharges {
  constructor(
    private readonly control: ControlDatabase,
    private readonly leftBehind: LeftBehind,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.settle-tool-charges', intervalMs: 10_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('agents_completions');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      if ((await job.transaction((tx) => endLostCharges(tx, this.clock.now(), BATCH))) < BATCH) break;
    }
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      if (!(await this.settleLeftBehind(job))) return;
    }
  }

  /** Answers whether there may be more: what billing does not take now it takes in the next turn. */
  private async settleLeftBehind(job: Job): Promise<boolean> {
    const before = new Date(this.clock.now().getTime() - LEFT_BEHIND_MS);
    const left = await listUnsettledCharges(job, before, BATCH);
    const settled = await this.leftBehind.settle(left);
    if (settled.length > 0) await job.transaction((tx) => saveChargesSettled(tx, settled, this.clock.now()));
    return left.length === BATCH && settled.length === BATCH;
  }
}
