import { Controller } from '@nestjs/common';
import {
  AccessReviewScheduleReplaced,
  replaceAccessReviewSchedule,
  type AccessReviewSchedule,
  type ReplaceAccessReviewScheduleRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TenantCalendar } from '../tenant-calendar.js';
import { DEFAULT_DUE_DAYS } from './access-review.js';
import { nextReview } from './review-schedule.js';
import { deleteSchedule, saveSchedule } from './review-schedule.table.js';

/** Says how often reviews are opened by themselves. */
@Controller()
export class ReplaceAccessReviewSchedule {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(replaceAccessReviewSchedule)
  handle(request: ReplaceAccessReviewScheduleRequest, ctx: TenantContext): Promise<AccessReviewSchedule> {
    const { everyMonths } = request;
    const dueDays = request.dueDays ?? DEFAULT_DUE_DAYS;
    return this.tenants.transaction(ctx, async (tx) => {
      tx.publish(new AccessReviewScheduleReplaced({ everyMonths }), {
        changes: [
          { resource: 'access_review_schedule', id: ctx.tenantId, action: 'update', new: { everyMonths, dueDays } },
        ],
      });
      if (everyMonths === 0) {
        await deleteSchedule(tx);
        return { everyMonths, dueDays, nextOn: null };
      }
      const schedule = nextReview({ everyMonths, dueDays }, this.calendar.zoneOf(ctx), this.clock.now());
      await saveSchedule(tx, schedule);
      return schedule;
    });
  }
}
