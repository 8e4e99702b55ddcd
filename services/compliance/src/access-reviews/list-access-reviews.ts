import { Controller } from '@nestjs/common';
import { listAccessReviews, type ListAccessReviewsRequest, type ListAccessReviewsResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listReviews } from './access-review.table.js';
import { ReviewDesk } from './review-desk.js';

const LIST = 'access-reviews';

/** Lists access reviews, the newest first. */
@Controller()
export class ListAccessReviews {
  constructor(
    private readonly desk: ReviewDesk,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listAccessReviews)
  async handle(
    { cursor, limit: wanted }: ListAccessReviewsRequest,
    ctx: TenantContext,
  ): Promise<ListAccessReviewsResponse> {
    const limit = wanted ?? 50;
    const beforeId = cursor ? (this.cursors.open(ctx, LIST, cursor) as string) : null;
    const rows = this.desk.rows(ctx);
    const found = await listReviews(rows, beforeId, limit + 1);
    const data = await this.desk.print(rows, found.slice(0, limit));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }
}
