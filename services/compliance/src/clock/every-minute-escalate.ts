import { Controller } from '@nestjs/common';
import { ControlDatabase, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { escalateReviews } from '../access-reviews/escalate-reviews.js';
import { escalateDuties } from '../incidents/escalate-duties.js';
import { escalateRequests } from './escalate-requests.js';

/** Announces what is due of one kind of clocks, at most so many; answers how many there were. */
export type Escalate = (tx: Transaction, now: Date, limit: number) => Promise<number>;

const KINDS: readonly Escalate[] = [escalateRequests, escalateDuties, escalateReviews];
const BATCH = 200;
const MAX_BATCHES = 100;

/**
 * Announces that half, four fifths or all of the time of a request, of a duty or of a review is used up, once each. What was missed while nobody ran
 * is one announcement. A kind that fails holds up no other.
 */
@Controller()
export class EveryMinuteEscalate {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'compliance.escalate', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const done = await Promise.allSettled(KINDS.map((escalate) => this.#run(escalate, signal)));
    const failed = done.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    if (failed.length > 0) throw new AggregateError(failed, 'Not every clock could be looked at');
  }

  async #run(escalate: Escalate, signal: AbortSignal): Promise<void> {
    const job = this.control.job('compliance_clock');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch++) {
      if ((await job.transaction((tx) => escalate(tx, this.clock.now(), BATCH))) < BATCH) return;
    }
  }
}
