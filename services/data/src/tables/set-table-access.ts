import { Controller } from '@nestjs/common';
import { setTableAccess, type SetTableAccessRequest, type Table } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { settingAccess } from './table-change.js';
import { tableMessage } from './table-message.js';
import { TenantTables } from './tenant-tables.js';

/** Replaces who may do what with the rows of a table of the tenant. */
@Controller()
export class SetTableAccess {
  constructor(private readonly tables: TenantTables) {}

  @Handles(setTableAccess)
  async handle({ table, access }: SetTableAccessRequest, ctx: TenantContext): Promise<Table> {
    return this.tables.change(ctx, settingAccess(table, access), ({ after }) => tableMessage(after!));
  }
}
