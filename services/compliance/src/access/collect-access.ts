import { Controller } from '@nestjs/common';
import { type Access, collectAccess, type CollectAccessRequest } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertDigest, assertStage } from '../places/plan.js';
import { AccessDesk } from './access-desk.js';
import { hasRowsToCollect, stageOf } from './access-plan.js';

/** Freezes a plan and has it collected. Asked again, it changes nothing. */
@Controller()
export class CollectAccess {
  constructor(
    private readonly desk: AccessDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(collectAccess)
  handle({ accessId, digest }: CollectAccessRequest, ctx: TenantContext): Promise<Access> {
    return this.desk.change(ctx, accessId, ({ plan, places }) => {
      assertStage(plan, 'planned', 'collecting');
      assertDigest(plan, digest);
      const after = stageOf({ ...plan, status: 'collecting' }, places);
      return Promise.resolve({ plan: after, places, tryAt: hasRowsToCollect(places) ? this.clock.now() : null });
    });
  }
}
