import { Controller } from '@nestjs/common';
import { addSchemaColumn, type AddSchemaColumnRequest, type SchemaColumn } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { addingColumn } from '../tables/table-change.js';
import { TenantTables } from '../tables/tenant-tables.js';
import { schemaColumn } from './schema-message.js';

/** `add_column`: what AddColumn does. */
@Controller()
export class AddSchemaColumn {
  constructor(private readonly tables: TenantTables) {}

  @Handles(addSchemaColumn)
  async handle(request: AddSchemaColumnRequest, ctx: TenantContext): Promise<SchemaColumn> {
    const {
      table_name: table,
      column_name: name,
      column_type: type,
      is_nullable: nullable,
      is_unique: unique,
    } = request;
    const column = {
      name,
      type,
      nullable,
      unique,
      default: request.default_value,
      classification: request.classification,
    };
    const decide = addingColumn(table, column);
    return this.tables.change(ctx, decide, ({ after }) => schemaColumn(after!, name));
  }
}
