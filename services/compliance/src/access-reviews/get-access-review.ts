import { Controller } from '@nestjs/common';
import { getAccessReview, type AccessReview as ReviewMessage, type GetAccessReviewRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findReview } from './access-review.table.js';
import { ReviewDesk } from './review-desk.js';

/** Gives one access review. */
@Controller()
export class GetAccessReview {
  constructor(private readonly desk: ReviewDesk) {}

  @Handles(getAccessReview)
  async handle({ reviewId }: GetAccessReviewRequest, ctx: TenantContext): Promise<ReviewMessage> {
    const rows = this.desk.rows(ctx);
    const [message] = await this.desk.print(rows, [await findReview(rows, reviewId)]);
    return message!;
  }
}
