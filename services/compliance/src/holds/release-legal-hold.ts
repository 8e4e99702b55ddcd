import { Controller } from '@nestjs/common';
import {
  LegalHoldReleased,
  releaseLegalHold,
  type LegalHold as HoldMessage,
  type ReleaseLegalHoldRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Holds } from './holds.js';
import { releaseHold } from './legal-hold.js';
import { holdChange, lockHold, saveRelease } from './legal-hold.table.js';

/** Ends a hold. The event tells whoever waited for it. */
@Controller()
export class ReleaseLegalHold {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly holds: Holds,
    private readonly clock: Clock,
  ) {}

  @Handles(releaseLegalHold)
  async handle({ holdId, reason }: ReleaseLegalHoldRequest, ctx: TenantContext): Promise<HoldMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockHold(tx, holdId);
      const sealed = await this.holds.seal(ctx.tenantId, 'release_reason', before, reason);
      const after = releaseHold(before, ctx.actor.id, sealed, this.clock.now());
      await saveRelease(tx, after);
      tx.publish(new LegalHoldReleased({ holdId }), { changes: [holdChange('update', after)] });
      return this.holds.print(ctx.tenantId, after);
    });
  }
}
