import { Controller } from '@nestjs/common';
import { CompletionEnded } from '@tenantry/contracts';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock, formatNanos } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { serviceContext } from '../models/platform-context.js';
import {
  endLost,
  listUnsettled,
  saveAllSettled,
  type LostCompletion,
  type UnsettledCompletion,
} from './completion.table.js';
import { Spending } from './spending.js';

const BATCH = 50;
const MAX_BATCHES = 100;
/** Calls are settled as soon as they end; what is not after this long was left behind. */
const LEFT_BEHIND_MS = 15_000;

/** Ends calls whose process died, and counts costs that could not be counted when their call ended. */
@Controller()
export class Every10sSettleCompletions {
  constructor(
    private readonly control: ControlDatabase,
    private readonly spending: Spending,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'agents.settle-completions', intervalMs: 10_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('agents_completions');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      if ((await this.endLost(job)) < BATCH) break;
    }
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      if ((await this.settleLeftBehind(job)) < BATCH) return;
    }
  }

  private async endLost(job: Job): Promise<number> {
    const lost = await job.transaction(async (tx) => {
      const ended = await endLost(tx, this.clock.now(), BATCH);
      for (const one of ended) tx.publish(announcementOf(one), { tenantId: one.tenantId });
      return ended;
    });
    await this.settle(job, lost);
    return lost.length;
  }

  private async settleLeftBehind(job: Job): Promise<number> {
    const before = new Date(this.clock.now().getTime() - LEFT_BEHIND_MS);
    const left = await listUnsettled(job, before, BATCH);
    const settled = await this.settle(job, left);
    return settled < left.length ? 0 : left.length; // what billing does not take now it takes in the next turn
  }

  private async settle(job: Job, calls: readonly UnsettledCompletion[]): Promise<number> {
    const tries = await Promise.allSettled(
      calls.map(({ tenantId, id, costNanos }) => this.spending.settle(serviceContext(tenantId), id, costNanos)),
    );
    const settled = calls.filter((_, index) => tries[index]!.status === 'fulfilled');
    const failed = tries.find((one) => one.status === 'rejected');
    if (failed)
      this.log.warn(
        { err: failed.reason, count: calls.length - settled.length },
        'Calls could not be settled; they are tried again',
      );
    if (settled.length > 0) await saveAllSettled(job, settled, this.clock.now());
    return settled.length;
  }
}

function announcementOf({ id, agentId, model, inputEstimate, costNanos }: LostCompletion): CompletionEnded {
  const used = { inputTokens: inputEstimate, outputTokens: 0, estimated: true, cost: formatNanos(costNanos) };
  return new CompletionEnded({ completionId: id, agentId, model, state: 'lost', ...used });
}
