import { AccessReviewEscalated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { nextEscalation, usedPercent } from '../clock/escalation.js';
import { lockDueReviews, saveEscalatedReviews, type DueReview } from './review-escalation.table.js';

/** Announces the shares of access reviews' time that are used up, and how much is left to decide. */
export async function escalateReviews(tx: Transaction, now: Date, limit: number): Promise<number> {
  const escalated = (await lockDueReviews(tx, now, limit)).map((one) => {
    const percent = usedPercent(one.openedAt, one.dueAt, now);
    return { ...one, percent, nextAt: nextEscalation(one.openedAt, one.dueAt, percent)?.at ?? null };
  });
  if (escalated.length > 0) await saveEscalatedReviews(tx, escalated);
  for (const { tenantId, id: reviewId, percent, dueAt, undecided } of escalated satisfies DueReview[]) {
    tx.publish(new AccessReviewEscalated({ reviewId, percent, dueAt, undecided }), { tenantId });
  }
  return escalated.length;
}
