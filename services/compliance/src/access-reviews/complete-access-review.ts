import { Controller } from '@nestjs/common';
import {
  AccessReviewCompleted,
  completeAccessReview,
  signStatement,
  type AccessReview as ReviewMessage,
  type CompleteAccessReviewRequest,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles, RpcClient } from '@tenantry/messaging';
import { findFacts } from './access-item.table.js';
import { assertCompletable, type AccessReview } from './access-review.js';
import { findProgress, reviewChange, saveCompleted } from './access-review.table.js';
import { ReviewDesk } from './review-desk.js';
import { assertReviewer } from './reviewer.js';
import { decisionsDigest, printStatement } from './statement.js';

/** Completes a review, and has what was found and done signed with the audit log's key. */
@Controller()
export class CompleteAccessReview {
  constructor(
    private readonly desk: ReviewDesk,
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  @Handles(completeAccessReview)
  handle(request: CompleteAccessReviewRequest, ctx: TenantContext): Promise<ReviewMessage> {
    assertReviewer(ctx);
    const { reviewId, leftBecause = null } = request;
    return this.desk.change(ctx, reviewId, async (before, tx) => {
      const progress = (await findProgress(tx, [reviewId]))(reviewId);
      assertCompletable(before, progress, leftBecause);
      const left = progress.undecided > 0 ? leftBecause : null;
      const who = { completedAt: this.clock.now(), completedBy: ctx.actor.id, leftBecause: left };
      const after: AccessReview = { ...before, ...who, status: 'completed', tryAt: null, problem: null };
      const items = await findFacts(tx, reviewId);
      const body = printStatement(ctx.tenantId, after, progress, items);
      await saveCompleted(tx, after, await this.rpc.call(signStatement, { kind: 'access-review', body }, ctx));
      const digest = decisionsDigest(items);
      const event = new AccessReviewCompleted({ reviewId, undecided: progress.undecided, digest });
      tx.publish(event, { changes: [reviewChange('update', after)] });
      return after;
    });
  }
}
