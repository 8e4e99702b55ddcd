import { Controller } from '@nestjs/common';
import {
  AccessReviewCompleted,
  completeAccessReview,
  signStatement,
  type AccessReview as ReviewMessage,
  type CompleteAccessReviewRequest,
} from '@tenantry/contracts';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles, RpcClient } from '@tenantry/messaging';
import type { Rows } from '../requests/privacy-request.table.js';
import { findFacts } from './access-item.table.js';
import { assertCompletable, type AccessReview } from './access-review.js';
import { findProgress, findReview, reviewChange, saveCompleted } from './access-review.table.js';
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
  async handle(request: CompleteAccessReviewRequest, ctx: TenantContext): Promise<ReviewMessage> {
    assertReviewer(ctx);
    const { reviewId, leftBecause = null } = request;
    const wish = { completedAt: this.clock.now(), completedBy: ctx.actor.id, leftBecause };
    const rows = this.desk.rows(ctx);
    // Signed before the lock is taken: no lock is held over a call. What changed meanwhile has another text.
    const { body } = await resultOf(rows, ctx, await findReview(rows, reviewId), wish);
    const statement = await this.rpc.call(signStatement, { kind: 'access-review', body }, ctx);
    return this.desk.change(ctx, reviewId, async (before, tx) => {
      const result = await resultOf(tx, ctx, before, wish);
      if (result.body !== body)
        throw new Fault('conflict', { detail: 'Somebody decided meanwhile: look again, and complete it then' });
      await saveCompleted(tx, result.after, statement);
      const { undecided, digest } = result;
      tx.publish(new AccessReviewCompleted({ reviewId, undecided, digest }), {
        changes: [reviewChange('update', result.after)],
      });
      return result.after;
    });
  }
}

/** Who completes a review, when, and why something is left. */
type Completion = Pick<AccessReview, 'completedAt' | 'completedBy' | 'leftBecause'>;

interface Result {
  readonly after: AccessReview;
  readonly undecided: number;
  readonly digest: string;
  readonly body: string;
}

/** A review as it would be completed, with what is signed of it. @throws Fault `conflict` naming what is left to do */
async function resultOf(
  rows: Rows,
  { tenantId }: TenantContext,
  review: AccessReview,
  wish: Completion,
): Promise<Result> {
  const progress = (await findProgress(rows, [review.id]))(review.id);
  assertCompletable(review, progress, wish.leftBecause);
  const { undecided } = progress;
  const leftBecause = undecided > 0 ? wish.leftBecause : null;
  const after: AccessReview = { ...review, ...wish, leftBecause, status: 'completed', tryAt: null, problem: null };
  const items = await findFacts(rows, review.id);
  return { after, undecided, digest: decisionsDigest(items), body: printStatement(tenantId, after, progress, items) };
}
