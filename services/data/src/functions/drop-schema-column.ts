import { Controller } from '@nestjs/common';
import { dropSchemaColumn, type DropSchemaColumnRequest, type SchemaTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { droppingColumn } from '../tables/table-change.js';
import { TenantTables } from '../tables/tenant-tables.js';
import { schemaTable } from './schema-message.js';

/** `drop_column`: what DropColumn does. */
@Controller()
export class DropSchemaColumn {
  constructor(private readonly tables: TenantTables) {}

  @Handles(dropSchemaColumn)
  async handle(request: DropSchemaColumnRequest, ctx: TenantContext): Promise<SchemaTable> {
    const decide = droppingColumn(request.table_name, request.column_name);
    return this.tables.change(ctx, decide, ({ after }) => schemaTable(after!));
  }
}
