import { Controller } from '@nestjs/common';
import { approveErasure, type ApproveErasureRequest, type Erasure } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertDigest, assertStage } from '../places/plan.js';
import { assertVerified } from '../requests/privacy-request.js';
import { findRequest } from '../requests/privacy-request.table.js';
import { ErasureDesk } from './erasure-desk.js';
import { assertDecided } from './erasure-plan.js';
import { assertSecondPerson } from './second-person.js';

/** Approves a plan that somebody else made, as it was looked at; the runner carries it out. */
@Controller()
export class ApproveErasure {
  constructor(
    private readonly desk: ErasureDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(approveErasure)
  handle({ erasureId, digest }: ApproveErasureRequest, ctx: TenantContext): Promise<Erasure> {
    return this.desk.change(ctx, erasureId, async ({ tx, plan, places }) => {
      assertSecondPerson(ctx, plan.createdBy);
      assertStage(plan, 'planned');
      assertDigest(plan, digest);
      assertDecided(places);
      if (plan.requestId !== null) assertVerified(await findRequest(tx, plan.requestId));
      const now = this.clock.now();
      const approved = {
        ...plan,
        status: 'approved',
        approvedBy: ctx.actor.id,
        approvedAt: now,
        problem: null,
      } as const;
      return { plan: approved, places, tryAt: now };
    });
  }
}
