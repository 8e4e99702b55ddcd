import { Controller } from '@nestjs/common';
import {
  getAccessReviewStatement,
  type AccessReviewStatement,
  type GetAccessReviewStatementRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findStatement } from './access-review.table.js';
import { ReviewDesk } from './review-desk.js';

/** Gives the signed result of a completed review. */
@Controller()
export class GetAccessReviewStatement {
  constructor(private readonly desk: ReviewDesk) {}

  @Handles(getAccessReviewStatement)
  handle({ reviewId }: GetAccessReviewStatementRequest, ctx: TenantContext): Promise<AccessReviewStatement> {
    return findStatement(this.desk.rows(ctx), reviewId);
  }
}
