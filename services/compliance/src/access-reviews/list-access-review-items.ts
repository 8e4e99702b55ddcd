import { Controller } from '@nestjs/common';
import {
  listAccessReviewItems,
  type ListAccessReviewItemsRequest,
  type ListAccessReviewItemsResponse,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listItems } from './access-item.table.js';
import { findReview } from './access-review.table.js';
import { itemMessage, ReviewDesk } from './review-desk.js';

/** Lists the accesses of a review in the order of its population. */
@Controller()
export class ListAccessReviewItems {
  constructor(
    private readonly desk: ReviewDesk,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listAccessReviewItems)
  async handle(
    { cursor, limit: wanted, reviewId, ...filter }: ListAccessReviewItemsRequest,
    ctx: TenantContext,
  ): Promise<ListAccessReviewItemsResponse> {
    const limit = wanted ?? 50;
    const list = `access-review-items ${reviewId} ${JSON.stringify(filter)}`;
    const after = cursor ? (this.cursors.open(ctx, list, cursor) as number) : -1;
    const rows = this.desk.rows(ctx);
    const [, found] = await Promise.all([
      findReview(rows, reviewId),
      listItems(rows, reviewId, filter, after, limit + 1),
    ]);
    const page = found.slice(0, limit);
    const nextCursor = found.length > limit ? this.cursors.seal(ctx, list, page.at(-1)!.position) : null;
    return { data: page.map((item) => itemMessage(item, ctx)), nextCursor };
  }
}
