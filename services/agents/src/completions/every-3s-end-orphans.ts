import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { freeTurns } from '../conversations/conversation.table.js';
import { forgetDead, listDead } from '../processes/process.table.js';
import { PROCESS_ID } from '../processes/this-process.js';
import { endOrphans } from './completion.table.js';

const BATCH = 200;

/**
 * Ends the calls of processes that died, and gives back the turns of conversations that they had: who asks again need not wait for the
 * deadline of a call that nobody answers any more. Should such a process live after all, cut off from the database, then what it writes
 * later finds its call ended, and is not kept.
 */
@Controller()
export class Every3sEndOrphans {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'agents.end-orphans', intervalMs: 3_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('agents_completions');
    const dead = await listDead(job, PROCESS_ID);
    if (dead.length === 0) return;
    while (!signal.aborted) {
      if (await this.endSome(job, dead)) continue;
      return forgetDead(job, dead);
    }
  }

  /** Answers whether there may be more. Calls go first: no turn is free while its call is open. */
  private endSome(job: Job, dead: readonly string[]): Promise<boolean> {
    return job.transaction(async (tx) => {
      const ended = await endOrphans(tx, dead, this.clock.now(), BATCH);
      if (ended === BATCH) return true;
      return (await freeTurns(tx, dead, BATCH)) === BATCH;
    });
  }
}
