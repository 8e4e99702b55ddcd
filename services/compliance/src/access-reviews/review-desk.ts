import { Injectable } from '@nestjs/common';
import type { AccessEvidence, AccessReview as ReviewMessage, AccessReviewItem } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import type { Rows } from '../requests/privacy-request.table.js';
import { barredFrom, type AccessItem } from './access-item.js';
import type { AccessReview } from './access-review.js';
import { findProgress, lockReview, saveReview } from './access-review.table.js';

/** What an operation makes of a review. What it announces, it publishes itself. */
type Decide = (before: AccessReview, tx: Transaction) => Promise<AccessReview>;

/** The one way in which an access review changes: under its lock, with its accesses and its event in one commit. */
@Injectable()
export class ReviewDesk {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found` */
  async change(ctx: TenantContext, reviewId: string, decide: Decide): Promise<ReviewMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const after = await decide(await lockReview(tx, reviewId), tx);
      if (after.status !== 'completed') await saveReview(tx, after);
      const [message] = await this.print(tx, [after]);
      return message!;
    });
  }

  rows(ctx: TenantContext): Rows {
    return { query: (statement) => this.tenants.query(ctx, statement) };
  }

  /** Reviews with how far they are. */
  async print(rows: Rows, reviews: readonly AccessReview[]): Promise<ReviewMessage[]> {
    const progressOf = await findProgress(
      rows,
      reviews.map(({ id }) => id),
    );
    const now = this.clock.now();
    return reviews.map(({ tries: _, tryAt: _at, ...review }) => ({
      ...review,
      usedPercent: shareOf(review, now),
      progress: progressOf(review.id),
    }));
  }
}

/** How much of a review's time is used up, in whole percent; what is completed stands still. */
function shareOf(
  { openedAt, dueAt, completedAt }: Pick<AccessReview, 'openedAt' | 'dueAt' | 'completedAt'>,
  now: Date,
): number {
  const used = (completedAt ?? now).getTime() - openedAt.getTime();
  return Math.max(0, Math.min(100, Math.floor((100 * used) / (dueAt.getTime() - openedAt.getTime()))));
}

/** An access for whoever asks, with why they do not decide about it. */
export function itemMessage(item: AccessItem, { actor }: Pick<TenantContext, 'actor'>): AccessReviewItem {
  const { id, kind, accessId, holderId, email, name, role, grantedBy, grantedAt, lastUsedAt, expiresAt } = item;
  const { previousRole, rosterRole, decision, newRole, reason, decidedBy, decidedAt, execution, problem } = item;
  return {
    ...{ id, kind, accessId, holderId, email, name, role, grantedBy, grantedAt, lastUsedAt, expiresAt },
    ...{ previousRole, rosterRole, decision, newRole, reason, decidedBy, decidedAt, execution, problem },
    ...{ permissions: [...item.permissions], findings: [...item.findings], barred: barredFrom(item, actor.id) },
    evidence: evidenceOf(item),
  };
}

function evidenceOf({ outcome, seenGoneAt, proof }: AccessItem): AccessEvidence | null {
  if (!outcome || !seenGoneAt) return null;
  if (!proof) return { outcome, seenGoneAt, hashes: [] };
  const { entryId, sequence, leafHash, hashes, checkpoint } = proof;
  return { outcome, seenGoneAt, entryId, sequence: BigInt(sequence), leafHash, hashes: [...hashes], checkpoint };
}
