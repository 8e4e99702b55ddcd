import { Controller } from '@nestjs/common';
import { AccessReviewOpened } from '@tenantry/contracts';
import { ControlDatabase, TenantDatabase } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { PlanWork } from '../places/plan-work.js';
import { TenantCalendar } from '../tenant-calendar.js';
import { BY_SCHEDULE, openReview } from './access-review.js';
import { insertReview, reviewChange } from './access-review.table.js';
import { nextReview } from './review-schedule.js';
import { dueSchedules, lockDueSchedule, saveSchedule } from './review-schedule.table.js';

const TENANTS_A_TURN = 500;

/** Opens the reviews of all tenants whose day has come; a schedule and its review are one commit. One that fails holds up no other. */
@Controller()
export class EveryMinuteOpenAccessReviews {
  constructor(
    private readonly control: ControlDatabase,
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly work: PlanWork,
  ) {}

  @Every({ name: 'compliance.access-review-schedule', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    for (const tenantId of await dueSchedules(
      this.control.job('compliance_runner'),
      this.work.clock.now(),
      TENANTS_A_TURN,
    )) {
      if (signal.aborted) return;
      await this.#open(tenantId, signal).catch((err: unknown) => {
        if (!signal.aborted)
          this.work.log.error({ err, tenantId }, 'An access review could not be opened; it is tried again');
      });
    }
  }

  async #open(tenantId: string, signal: AbortSignal): Promise<void> {
    const now = this.work.clock.now();
    const timeZone = this.calendar.zoneOf({ tenantId });
    await this.tenants.transaction(this.work.contexts.of(tenantId, newId(now), 'compliance', signal), async (tx) => {
      const due = await lockDueSchedule(tx, now);
      if (!due) return;
      const review = openReview({ name: null, dueDays: due.dueDays }, BY_SCHEDULE, timeZone, now);
      await insertReview(tx, review);
      await saveSchedule(tx, nextReview(due, timeZone, now));
      const event = new AccessReviewOpened({ reviewId: review.id, dueAt: review.dueAt, scheduled: true });
      tx.publish(event, { changes: [reviewChange('insert', review)] });
    });
  }
}
