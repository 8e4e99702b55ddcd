import { Controller } from '@nestjs/common';
import { createTable, type CreateTableRequest, type Table } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { creating } from './table-change.js';
import { tableMessage } from './table-message.js';
import { TenantTables } from './tenant-tables.js';

/** Creates a table in the tenant's own schema, which a pool tenant gets with its first one. */
@Controller()
export class CreateTable {
  constructor(private readonly tables: TenantTables) {}

  @Handles(createTable)
  async handle(request: CreateTableRequest, ctx: TenantContext): Promise<Table> {
    return this.tables.change(ctx, creating(request), ({ after }) => tableMessage(after!));
  }
}
