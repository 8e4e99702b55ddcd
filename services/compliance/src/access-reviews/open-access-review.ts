import { Controller } from '@nestjs/common';
import {
  AccessReviewOpened,
  openAccessReview,
  type AccessReview as ReviewMessage,
  type OpenAccessReviewRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TenantCalendar } from '../tenant-calendar.js';
import { openReview } from './access-review.js';
import { insertReview, reviewChange } from './access-review.table.js';
import { ReviewDesk } from './review-desk.js';

/** Opens an access review; the runner freezes its population. */
@Controller()
export class OpenAccessReview {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: ReviewDesk,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(openAccessReview)
  async handle(request: OpenAccessReviewRequest, ctx: TenantContext): Promise<ReviewMessage> {
    const review = openReview(request, ctx.actor.id, this.calendar.zoneOf(ctx), this.clock.now());
    return this.tenants.transaction(ctx, async (tx) => {
      await insertReview(tx, review);
      const event = new AccessReviewOpened({ reviewId: review.id, dueAt: review.dueAt, scheduled: false });
      tx.publish(event, { changes: [reviewChange('insert', review)] });
      const [message] = await this.desk.print(tx, [review]);
      return message!;
    });
  }
}
