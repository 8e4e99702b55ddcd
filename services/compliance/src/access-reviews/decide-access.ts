import { Controller } from '@nestjs/common';
import {
  AccessDecided,
  decideAccess,
  type AccessReview as ReviewMessage,
  type DecideAccessRequest,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { decide } from './access-item.js';
import { decisionChange, findItems, saveItems } from './access-item.table.js';
import { assertOpen } from './access-review.js';
import { ReviewDesk } from './review-desk.js';
import { assertReviewer } from './reviewer.js';

/** Decides about accesses, all that are named or none; the runner carries out what is revoked. */
@Controller()
export class DecideAccess {
  constructor(
    private readonly desk: ReviewDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(decideAccess)
  handle({ reviewId, itemIds, ...wish }: DecideAccessRequest, ctx: TenantContext): Promise<ReviewMessage> {
    assertReviewer(ctx);
    return this.desk.change(ctx, reviewId, async (review, tx) => {
      assertOpen(review);
      const now = this.clock.now();
      const before = await findItems(tx, reviewId, itemIds);
      const after = before.map((item) => decide(item, wish, ctx, now));
      await saveItems(tx, after);
      const changes = after.map((item, index) => decisionChange(reviewId, before[index]!, item));
      tx.publish(new AccessDecided({ reviewId, decision: wish.decision }), { changes });
      return wish.decision === 'keep' ? review : { ...review, tryAt: now, tries: 0 };
    });
  }
}
