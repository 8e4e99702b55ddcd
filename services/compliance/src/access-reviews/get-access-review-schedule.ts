import { Controller } from '@nestjs/common';
import {
  getAccessReviewSchedule,
  type AccessReviewSchedule,
  type GetAccessReviewScheduleRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { DEFAULT_DUE_DAYS } from './access-review.js';
import { ReviewDesk } from './review-desk.js';
import { findSchedule } from './review-schedule.table.js';

/** Tells how often reviews are opened by themselves. */
@Controller()
export class GetAccessReviewSchedule {
  constructor(private readonly desk: ReviewDesk) {}

  @Handles(getAccessReviewSchedule)
  async handle(_: GetAccessReviewScheduleRequest, ctx: TenantContext): Promise<AccessReviewSchedule> {
    const found = await findSchedule(this.desk.rows(ctx));
    return found ?? { everyMonths: 0, dueDays: DEFAULT_DUE_DAYS, nextOn: null };
  }
}
