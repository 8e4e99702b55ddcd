import { Controller } from '@nestjs/common';
import { dropTable, type DropTableRequest, Empty } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { dropping } from './table-change.js';
import { TenantTables } from './tenant-tables.js';

/** Drops a table of the tenant with its rows. */
@Controller()
export class DropTable {
  constructor(private readonly tables: TenantTables) {}

  @Handles(dropTable)
  async handle({ table }: DropTableRequest, ctx: TenantContext): Promise<Empty> {
    return this.tables.change(ctx, dropping(table), () => new Empty());
  }
}
