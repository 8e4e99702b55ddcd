import { Controller } from '@nestjs/common';
import {
  LegalHoldPlaced,
  placeLegalHold,
  type LegalHold as HoldMessage,
  type PlaceLegalHoldRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Holds } from './holds.js';
import { placeHold } from './legal-hold.js';
import { holdChange, insertHold } from './legal-hold.table.js';

/** Keeps something from being erased, from the commit on. */
@Controller()
export class PlaceLegalHold {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly holds: Holds,
    private readonly clock: Clock,
  ) {}

  @Handles(placeLegalHold)
  async handle(request: PlaceLegalHoldRequest, ctx: TenantContext): Promise<HoldMessage> {
    const hold = placeHold(request, ctx.actor.id, this.clock.now());
    const kept = { ...hold, reason: await this.holds.seal(ctx.tenantId, 'reason', hold, hold.reason) };
    return this.tenants.transaction(ctx, async (tx) => {
      await insertHold(tx, kept);
      tx.publish(new LegalHoldPlaced({ holdId: hold.id }), { changes: [holdChange('insert', hold)] });
      return { ...hold };
    });
  }
}
