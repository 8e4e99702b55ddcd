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
import { type LegalHold, placeHold } from './legal-hold.js';
import { holdChange, insertHold } from './legal-hold.table.js';
import { HoldKeepers } from './hold-keepers.js';

/** Keeps something from being erased, changed or deleted, from the commit on. */
@Controller()
export class PlaceLegalHold {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly holds: Holds,
    private readonly clock: Clock,
    private readonly keepers: HoldKeepers,
  ) {}

  @Handles(placeLegalHold)
  async handle(request: PlaceLegalHoldRequest, ctx: TenantContext): Promise<HoldMessage> {
    const placed = placeHold(request, ctx.actor.id, this.clock.now());
    // Rows and conversations are held before the commit, so a hold that is placed was in force all along.
    const rowsWhenPlaced = await this.keepers.holdRows(ctx, placed);
    let kept: HoldMessage | null = null;
    try {
      const conversationsWhenPlaced = await this.keepers.holdConversations(ctx, placed);
      kept = await this.#place({ ...placed, rowsWhenPlaced, conversationsWhenPlaced }, ctx);
      return kept;
    } finally {
      // Not placed, or placed before: an Idempotency-Key was used again, and the answer is the first one's.
      if (kept?.id !== placed.id) await this.keepers.letGo(ctx, placed);
    }
  }

  async #place(hold: LegalHold, ctx: TenantContext): Promise<HoldMessage> {
    const reason = await this.holds.seal(ctx.tenantId, 'reason', hold, hold.reason);
    return this.tenants.transaction(ctx, async (tx) => {
      await insertHold(tx, { ...hold, reason });
      tx.publish(new LegalHoldPlaced({ holdId: hold.id }), { changes: [holdChange('insert', hold)] });
      return { ...hold };
    });
  }
}
