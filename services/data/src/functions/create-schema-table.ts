import { Controller } from '@nestjs/common';
import { createSchemaTable, type CreateSchemaTableRequest, type SchemaTable } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { creating } from '../tables/table-change.js';
import { TenantTables } from '../tables/tenant-tables.js';
import { schemaTable } from './schema-message.js';

/** `create_table`: what CreateTable does. */
@Controller()
export class CreateSchemaTable {
  constructor(private readonly tables: TenantTables) {}

  @Handles(createSchemaTable)
  async handle(request: CreateSchemaTableRequest, ctx: TenantContext): Promise<SchemaTable> {
    const columns = request.columns.map(({ primary_key: primaryKey, ...column }) => ({ ...column, primaryKey }));
    const decide = creating({ name: request.table_name, columns });
    return this.tables.change(ctx, decide, ({ after }) => schemaTable(after!));
  }
}
