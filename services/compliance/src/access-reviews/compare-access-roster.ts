import { Controller } from '@nestjs/common';
import {
  AccessRosterCompared,
  compareAccessRoster,
  type AccessReview as ReviewMessage,
  type CompareAccessRosterRequest,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findFacts, saveFindings } from './access-item.table.js';
import { assertOpen } from './access-review.js';
import { reviewChange, saveRoster } from './access-review.table.js';
import { compare } from './findings.js';
import { ReviewDesk } from './review-desk.js';
import { readRoster } from './roster.js';

/** Compares a review with the roster of the tenant's people; of the roster its digest is kept. */
@Controller()
export class CompareAccessRoster {
  constructor(
    private readonly desk: ReviewDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(compareAccessRoster)
  async handle({ reviewId, csv }: CompareAccessRosterRequest, ctx: TenantContext): Promise<ReviewMessage> {
    const { people, digest } = readRoster(csv);
    const roster = { comparedAt: this.clock.now(), comparedBy: ctx.actor.id, people: people.length, digest };
    return this.desk.change(ctx, reviewId, async (before, tx) => {
      assertOpen(before);
      await saveFindings(tx, compare(await findFacts(tx, reviewId), people));
      await saveRoster(tx, reviewId, roster);
      const after = { ...before, roster };
      const event = new AccessRosterCompared({ reviewId, digest, people: people.length });
      tx.publish(event, { changes: [reviewChange('update', after)] });
      return after;
    });
  }
}
