import { Controller } from '@nestjs/common';
import { letGoRows, type LetGoRowsRequest, type RowsLetGo } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { lapseRowHold } from './row-hold.table.js';

/** Ends a hold that compliance did not place, before its day is over. */
@Controller()
export class LetGoRows {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(letGoRows)
  handle({ holdId }: LetGoRowsRequest, ctx: TenantContext): Promise<RowsLetGo> {
    return this.tenants.transaction(ctx, async (tx) => ({ changed: await lapseRowHold(tx, holdId) }));
  }
}
