import { Controller } from '@nestjs/common';
import { dropColumn, type DropColumnRequest, type Table } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { droppingColumn } from './table-change.js';
import { tableMessage } from './table-message.js';
import { TenantTables } from './tenant-tables.js';

/** Drops a column of a table of the tenant. */
@Controller()
export class DropColumn {
  constructor(private readonly tables: TenantTables) {}

  @Handles(dropColumn)
  async handle({ table, column }: DropColumnRequest, ctx: TenantContext): Promise<Table> {
    return this.tables.change(ctx, droppingColumn(table, column), ({ after }) => tableMessage(after!));
  }
}
