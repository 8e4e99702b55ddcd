import { Controller } from '@nestjs/common';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { dueReviews } from './access-review.table.js';
import { ReviewRunner } from './review-runner.js';

const REVIEWS_A_TURN = 20;

/** Goes on with the access reviews that are due, of all tenants: freezes populations and carries out decisions. One that fails holds up no other. */
@Controller()
export class EverySecondRunAccessReviews {
  constructor(
    private readonly control: ControlDatabase,
    private readonly runner: ReviewRunner,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'compliance.access-reviews', intervalMs: 1_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('compliance_runner');
    for (const { tenantId, id } of await dueReviews(job, this.clock.now(), REVIEWS_A_TURN)) {
      if (signal.aborted) return;
      await this.runner.run(tenantId, id, signal).catch((err: unknown) => {
        if (!signal.aborted)
          this.log.error({ err, reviewId: id }, 'An access review could not go on; it is tried again');
      });
    }
  }
}
