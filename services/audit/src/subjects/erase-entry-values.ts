import { Controller } from '@nestjs/common';
import { type EntryValuesErased, eraseEntryValues, type EraseEntryValuesRequest } from '@tenantry/contracts';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { countErasedRows, eraseValues, findErasedValues } from './erased-value.table.js';

const SOON_S = 1;

/** Forgets what erased rows held. What the leaves commit to is gone; the leaves, and every proof, are as they were. */
@Controller()
export class EraseEntryValues {
  readonly #job: Job;

  constructor(
    control: ControlDatabase,
    private readonly clock: Clock,
  ) {
    this.#job = control.job('audit_eraser');
  }

  @Handles(eraseEntryValues)
  handle({ erasureId, requestId, rows }: EraseEntryValuesRequest, ctx: TenantContext): Promise<EntryValuesErased> {
    return this.#job.transaction(
      async (tx) => {
        const known = await findErasedValues(tx, erasureId);
        if (known) return known;
        const recorded = await countErasedRows(tx, requestId);
        if (recorded < rows) {
          const detail = `The log has ${recorded} of ${rows} erased rows so far; what it is told before them has to be in it first`;
          throw new Fault('unavailable', { detail, retryAfterS: SOON_S });
        }
        return eraseValues(tx, erasureId, requestId, this.clock.now());
      },
      { tenantId: ctx.tenantId, ctx, cell: ctx.cell },
    );
  }
}
