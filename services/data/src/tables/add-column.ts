import { Controller } from '@nestjs/common';
import { addColumn, type AddColumnRequest, type Table } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { addingColumn } from './table-change.js';
import { tableMessage } from './table-message.js';
import { TenantTables } from './tenant-tables.js';

/** Adds a column to a table of the tenant. */
@Controller()
export class AddColumn {
  constructor(private readonly tables: TenantTables) {}

  @Handles(addColumn)
  async handle({ table, ...column }: AddColumnRequest, ctx: TenantContext): Promise<Table> {
    return this.tables.change(ctx, addingColumn(table, column), ({ after }) => tableMessage(after!));
  }
}
