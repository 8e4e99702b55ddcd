import { Controller } from '@nestjs/common';
import { CompletionEnded } from '@tenantry/contracts';
import { ControlDatabase, type Job, type Transaction } from '@tenantry/database';
import { Clock, formatNanos } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { endLost, listUnsettled, saveAllSettled, type UnsettledCompletion } from './completion.table.js';
import { LeftBehind } from './left-behind.js';

const BATCH = 50;
const MAX_BATCHES = 100;
/** Calls are settled as soon as they end; what is not after this long was left behind. */
const LEFT_BEHIND_MS = 15_000;

/** Ends calls whose process died, and counts costs that could not be counted when their call ended. */
@Controller()
export class Every10sSettleCompletions {
  constructor(
    private readonly control: ControlDatabase,
    private readonly leftBehind: LeftBehind,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.settle-completions', intervalMs: 10_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('agents_completions');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      if ((await job.transaction((tx) => endLost(tx, this.clock.now(), BATCH))) < BATCH) break;
    }
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
      if (!(await this.settleLeftBehind(job))) return;
    }
  }

  /** Answers whether there may be more: what billing does not take now it takes in the next turn. */
  private async settleLeftBehind(job: Job): Promise<boolean> {
    const before = new Date(this.clock.now().getTime() - LEFT_BEHIND_MS);
    const left = await listUnsettled(job, before, BATCH);
    const settled = await this.leftBehind.settle(left);
    if (settled.length > 0) await job.transaction((tx) => this.save(tx, settled));
    return left.length === BATCH && settled.length === BATCH;
  }

  /** A lost call is announced here, when what it cost is certain. */
  private async save(tx: Transaction, settled: readonly UnsettledCompletion[]): Promise<void> {
    const saved = new Set(await saveAllSettled(tx, settled, this.clock.now()));
    for (const one of settled) {
      if (one.isLost && saved.has(one.id)) tx.publish(announcementOf(one), { tenantId: one.tenantId });
    }
  }
}

function announcementOf({ id, inputEstimate, costNanos, ...call }: UnsettledCompletion): CompletionEnded {
  const { agentId, model, runId, conversationId } = call;
  const used = { inputTokens: inputEstimate, outputTokens: 0, estimated: true, cost: formatNanos(costNanos) };
  return new CompletionEnded({ completionId: id, agentId, model, runId, conversationId, state: 'lost', ...used });
}
