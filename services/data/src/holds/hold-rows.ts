import { Controller } from '@nestjs/common';
import { type HeldRows as HeldRowsMessage, holdRows, type HoldRowsRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { accessTo, callerOf } from '../rows/caller.js';
import { explainRefusal } from '../rows/row-fault.js';
import { Catalog } from '../spaces/catalog.js';
import { heldCondition, rowHoldOf } from './row-hold.js';
import { countHeld, countOtherHolds, insertRowHold } from './row-hold.table.js';

/** Each costs a look at every change. */
const MAX_HOLDS = 200;

/** Holds rows before compliance commits its hold, so that there is no moment in which it is placed and rows can go. */
@Controller()
export class HoldRows {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {}

  @Handles(holdRows)
  async handle(request: HoldRowsRequest, ctx: TenantContext): Promise<HeldRowsMessage> {
    const caller = callerOf({ ...ctx, actor: { ...ctx.actor, kind: 'service' } });
    return this.catalog.use(ctx, async (space) => {
      const hold = rowHoldOf(request, space);
      const table = space.table(hold.table)!;
      const statement = countHeld(table, heldCondition(space, hold, table)!);
      const [counted] = await this.tenants
        .query<{ rows: bigint }>(caller.ctx, statement, accessTo(space))
        .catch((error: unknown) => {
          throw explainRefusal(error, space);
        });
      await this.tenants.transaction(ctx, async (tx) => {
        if ((await countOtherHolds(tx, hold.id)) >= MAX_HOLDS) {
          throw new Fault('conflict', { detail: `At most ${MAX_HOLDS} legal holds on rows can be in force` });
        }
        await insertRowHold(tx, hold, this.clock.now());
      });
      return { rows: counted!.rows };
    });
  }
}
