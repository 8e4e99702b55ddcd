import { Controller } from '@nestjs/common';
import {
  holdRows,
  LegalHoldPlaced,
  placeLegalHold,
  type LegalHold as HoldMessage,
  type PlaceLegalHoldRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles, RpcClient } from '@tenantry/messaging';
import { Holds } from './holds.js';
import { type LegalHold, placeHold } from './legal-hold.js';
import { holdChange, insertHold } from './legal-hold.table.js';

/** Keeps something from being erased, changed or deleted, from the commit on. */
@Controller()
export class PlaceLegalHold {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly holds: Holds,
    private readonly clock: Clock,
    private readonly rpc: RpcClient,
  ) {}

  @Handles(placeLegalHold)
  async handle(request: PlaceLegalHoldRequest, ctx: TenantContext): Promise<HoldMessage> {
    const placed = placeHold(request, ctx.actor.id, this.clock.now());
    const reason = await this.holds.seal(ctx.tenantId, 'reason', placed, placed.reason);
    return this.tenants.transaction(ctx, async (tx) => {
      const hold = await this.#holdRows(placed, ctx);
      await insertHold(tx, { ...hold, reason });
      tx.publish(new LegalHoldPlaced({ holdId: hold.id }), { changes: [holdChange('insert', hold)] });
      return { ...hold };
    });
  }

  /** Rows are held first: a hold that then isn't placed ends by itself, and one that is was in force all along. */
  async #holdRows(hold: LegalHold, ctx: TenantContext): Promise<LegalHold> {
    const { id: holdId, table, subjectKey, filter } = hold;
    if (table === null) return hold;
    const { rows } = await this.rpc.call(holdRows, { holdId, table, subjectKey, filter }, ctx);
    return { ...hold, rowsWhenPlaced: rows };
  }
}
